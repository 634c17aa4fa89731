"""The supervisor from its first line to its last."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog

from litellm_config.catalogue import Catalogue, CatalogueInvalid, read_catalogue
from litellm_config.endpoints import Discovery, Prober
from litellm_config.running.file_watch import FileWatch
from litellm_config.running.listener import Listener
from litellm_config.running.options import GatewayOptions
from litellm_config.running.own_folder import end_leftovers
from litellm_config.running.publisher import Publisher, connect
from litellm_config.running.state import State
from litellm_config.running.switch import Switch

SECONDS_AFTER_A_FAULT = 5

Companion = Callable[[], Coroutine[Any, Any, None]]

log = structlog.get_logger()


def run_gateway(options: GatewayOptions) -> None:
    """Runs until a signal. `CatalogueInvalid` and `GatewayFailed` only before the first catalogue is applied."""
    asyncio.run(Gateway(options).run())


class Gateway:
    def __init__(self, options: GatewayOptions) -> None:
        self._options = options
        self._discovered: Mapping[str, Sequence[str]] = {}
        self._watch = FileWatch(options.catalogue_file, options.look_seconds)
        catalogue = self._read()
        # Their workers could have the port.
        end_leftovers()
        self._listener = Listener(options.host, options.port)
        self._state = State()
        self._switch = Switch(options, self._listener, self._state, catalogue)
        self._redis = connect(options.redis_url)
        self._publisher = Publisher(self._redis, self._state)

    async def run(self) -> None:
        stopped = asyncio.Event()
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(ending, stopped.set)
        companions = (_kept_running(run) for run in self._companions())
        tasks = [asyncio.create_task(task) for task in (stopped.wait(), self._switch.run(), *companions)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await asyncio.sleep(self._options.stop_delay)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop()

    def _companions(self) -> Sequence[Companion]:
        """What runs beside the workers, for as long as the gateway does."""
        return (
            lambda: self._watch.watch(self.reread),
            self._publisher.run,
            Prober(self._redis, lambda: self.catalogue.endpoints).run,
            Discovery(lambda: self.catalogue.undiscovered, self.note_discovered).run,
        )

    @property
    def catalogue(self) -> Catalogue:
        return self._switch.catalogue

    def reread(self) -> None:
        """The file, and what endpoints say of themselves, may be different now."""
        try:
            catalogue = self._read()
        except CatalogueInvalid as error:
            self._state.note_file(error.mistakes)
        else:
            self._state.note_file(())
            self._switch.want(catalogue)

    async def note_discovered(self, models: Mapping[str, Sequence[str]]) -> None:
        self._discovered = models
        self.reread()

    def _read(self) -> Catalogue:
        return read_catalogue(
            self._options.catalogue_file,
            self._options.environment,
            seed=self._options.seed,
            discovered=self._discovered,
        )

    async def _stop(self) -> None:
        self._state.phase = "stopping"
        await self._publisher.publish()
        # What the workers are forked from has the port too: connections would wait in its queue for nobody.
        self._listener.refuse()
        self._listener.close()
        await self._switch.stop(self._options.stop_seconds)
        await self._publisher.withdraw()


async def _kept_running(companion: Companion) -> None:
    """A fault of ours in there must not end the workers."""
    while True:
        try:
            await companion()
        except Exception:
            log.exception("gateway.companion_failed")
        await asyncio.sleep(SECONDS_AFTER_A_FAULT)
