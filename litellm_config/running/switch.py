"""Brings the newest good catalogue into service, beside the one that serves until then.

At any time there is at most one worker that serves, one that starts, and `MOST_DRAINING` that answer what they had when
their successor took over, each with some 150 MB that it does not share. An edit that comes while that many still drain
waits for the first of them, because waiting breaks nobody's request and cutting would.
"""

import asyncio
import time
from contextlib import suppress

import structlog

from litellm_config.catalogue import Catalogue, Mistake
from litellm_config.running.errors import GatewayFailed
from litellm_config.running.fork_server import ForkServer
from litellm_config.running.listener import Listener
from litellm_config.running.options import GatewayOptions
from litellm_config.running.own_folder import OwnFolder
from litellm_config.running.pauses import Pauses
from litellm_config.running.redaction import without_secrets
from litellm_config.running.state import State
from litellm_config.running.worker import Worker

MOST_DRAINING = 4
# So long after the first edit that waits, a worker is given up for a newer edit; later ones let it finish first, so
# that somebody who saves every few seconds can't put off all edits for ever.
GIVE_UP_SECONDS = 10
# After its time to drain, for LiteLLM to write down what was used.
END_SECONDS = 15
# One that served for so long did not end because it had just started: the next one starts at once.
STEADY_SECONDS = 1
TICK_SECONDS = 0.5

log = structlog.get_logger()


class Switch:
    def __init__(self, options: GatewayOptions, listener: Listener, state: State, catalogue: Catalogue) -> None:
        self._options = options
        self._listener = listener
        self._state = state
        self._wanted = catalogue
        self._wanted_at = self._waiting_since = time.monotonic()
        # The version with which LiteLLM does not start.
        self._failed: str | None = None
        self._fork_server: ForkServer | None = None
        self._serving: Worker | None = None
        self._serving_since = 0.0
        self._starting: Worker | None = None
        # Each with the time at which it is killed.
        self._leaving: dict[Worker, float] = {}
        self._after_crash = Pauses(1, 30)
        self._after_failure = Pauses(30, 600)
        self._news = asyncio.Event()
        self._folder = OwnFolder()

    @property
    def catalogue(self) -> Catalogue:
        """The one in service; before the first, the one that is about to be."""
        return self._state.applied or self._wanted

    def want(self, catalogue: Catalogue) -> None:
        """The newest wins. One that is the same as the last changes nothing."""
        if catalogue.version == self._wanted.version:
            return
        log.info("gateway.catalogue_changed", version=catalogue.version)
        self._wanted_at = time.monotonic()
        if self._starting is None:
            self._waiting_since = self._wanted_at
        self._wanted = catalogue
        self._failed = None
        self._after_failure.forget()
        self._state.note_start(None)
        self._news.set()

    async def run(self) -> None:
        """Until it is cancelled. Raises `GatewayFailed` when not even the first worker starts."""
        while True:
            self._news.clear()
            await self._step()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._news.wait()

    async def stop(self, seconds: float) -> None:
        """Answers what there is to answer, for so long at most; nothing runs any more afterwards."""
        if self._starting:
            self._starting.kill()
        workers = [worker for worker in (self._starting, self._serving, *self._leaving) if worker]
        for worker in workers:
            worker.drain(seconds)
        ends = asyncio.gather(*(worker.ended() for worker in workers))
        try:
            await asyncio.wait_for(asyncio.shield(ends), seconds + END_SECONDS)
        except TimeoutError:
            for worker in workers:
                worker.kill()
            await ends
        for worker in workers:
            _say_cut(worker)
        if self._fork_server:
            await self._fork_server.end()
        self._folder.remove()

    async def _step(self) -> None:
        await self._note_ends()
        if self._starting:
            self._look_at_start(self._starting)
        target = self._target()
        if self._starting is None and self._serves(target):
            # It may be that only cards have changed, which LiteLLM does not know.
            self._state.note_applied(target)
        elif self._starting is None and self._may_start():
            await self._start(target)
        if self._serving is None:
            self._state.phase = "starting"
        else:
            self._state.phase = "applying" if self._starting or not self._serves(target) else "ready"

    def _target(self) -> Catalogue:
        """What is wanted; for a while after LiteLLM refused that, what worked before."""
        has_failed = self._wanted.litellm_version == self._failed and not self._after_failure.is_over
        return self._state.applied if has_failed and self._state.applied else self._wanted

    def _serves(self, catalogue: Catalogue) -> bool:
        return self._serving is not None and _look_the_same(self._serving.catalogue, catalogue)

    def _may_start(self) -> bool:
        return self._after_crash.is_over and (self._serving is None or len(self._leaving) < MOST_DRAINING)

    async def _start(self, catalogue: Catalogue) -> None:
        file = self._folder.path / f"{catalogue.version}.yaml"
        try:
            catalogue.write(file)
            fork_server = await self._ready_fork_server()
            environment = {**catalogue.environment, "CONFIG_FILE_PATH": str(file)}
            self._starting = await fork_server.fork(environment, catalogue, self._news.set)
        except OSError as error:
            log.error("gateway.worker_not_started", reason=error.strerror)  # noqa: TRY400 - the reason says it all
            self._after_crash.begin()
        else:
            log.info("gateway.worker_started", version=catalogue.version)

    async def _ready_fork_server(self) -> ForkServer:
        """It may have been killed; the workers it made do without."""
        if self._fork_server is None or self._fork_server.has_ended:
            self._fork_server = await ForkServer.start(
                self._options, self._listener.fileno, self._folder.environment, self._news.set
            )
        return self._fork_server

    def _look_at_start(self, worker: Worker) -> None:
        if worker.is_accepting:
            self._take_over(worker)
        elif worker.is_ready and not worker.is_told_to_accept and not self._is_overtaken(worker):
            self._listener.allow()
            worker.accept()
        elif worker.age > self._longest_start(worker) and not worker.reason:
            worker.reason = f"it was not ready after {worker.age:.0f} seconds"
            if worker.pid is None and self._fork_server:
                self._fork_server.kill()
            worker.kill()
        elif not worker.is_told_to_accept and self._is_overtaken(worker):
            log.info("gateway.worker_overtaken", version=worker.catalogue.version, pid=worker.pid)
            worker.kill()
            self._starting = None

    def _longest_start(self, worker: Worker) -> float:
        hangs = worker.pid is None and self._fork_server and self._fork_server.has_loaded
        return self._options.patience if hangs else self._options.start_seconds

    def _is_overtaken(self, worker: Worker) -> bool:
        if _look_the_same(worker.catalogue, self._wanted) or self._wanted_at < worker.started_at:
            return False
        return self._serves(self._wanted) or self._wanted_at - self._waiting_since < GIVE_UP_SECONDS

    def _take_over(self, worker: Worker) -> None:
        before, self._serving, self._starting = self._serving, worker, None
        self._serving_since = time.monotonic()
        log.info(
            "gateway.catalogue_applied",
            version=worker.catalogue.version,
            pid=worker.pid,
            seconds=round(worker.age, 1),
            models=len(worker.catalogue.cards),
        )
        self._state.note_applied(worker.catalogue)
        if before:
            before.drain(self._options.drain_seconds)
            self._leaving[before] = time.monotonic() + self._options.drain_seconds + END_SECONDS

    async def _note_ends(self) -> None:
        now = time.monotonic()
        for worker, kill_at in tuple(self._leaving.items()):
            if worker.has_ended:
                _say_cut(worker)
                del self._leaving[worker]
            elif now >= kill_at:
                worker.kill()
        if self._serving and self._serving.has_ended:
            log.error("gateway.worker_lost", pid=self._serving.pid, reason=self._reason(self._serving.reason))
            if time.monotonic() - self._serving_since > STEADY_SECONDS:
                self._after_crash.forget()
            else:
                self._after_crash.begin()
            self._serving = None
            self._refuse_for_nobody()
        if self._starting and self._starting.has_ended:
            await self._note_failure(self._starting)

    def _refuse_for_nobody(self) -> None:
        """The one that starts may listen already."""
        if self._serving is None and not (self._starting and self._starting.is_told_to_accept):
            self._listener.refuse()

    async def _note_failure(self, worker: Worker) -> None:
        self._starting = None
        self._refuse_for_nobody()
        reason = worker.reason or (await self._fork_server.last_words() if self._fork_server else None)
        reason = self._reason(reason)
        log.error("gateway.worker_failed", version=worker.catalogue.version, pid=worker.pid, reason=reason)
        if self._state.applied is None:
            raise GatewayFailed(f"LiteLLM does not start: {reason}")
        if _look_the_same(worker.catalogue, self._state.applied):
            self._after_crash.begin()
            return
        self._failed = worker.catalogue.litellm_version
        self._after_failure.begin()
        file = str(self._options.catalogue_file)
        self._state.note_start(Mistake(file, None, f"LiteLLM does not start with it: {reason}"))

    def _reason(self, reason: str | None) -> str:
        secrets = {**self._options.environment, **self._options.litellm_environment}
        return without_secrets(reason or "it gave no reason", self._wanted, secrets)


def _look_the_same(one: Catalogue, other: Catalogue) -> bool:
    """To LiteLLM."""
    return one.litellm_version == other.litellm_version


def _say_cut(worker: Worker) -> None:
    if worker.cut_requests:
        log.error("gateway.requests_cut", pid=worker.pid, requests=worker.cut_requests)
