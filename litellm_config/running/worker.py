"""One worker process, as the supervisor sees it."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from litellm_config.catalogue import Catalogue

ASK_SECONDS = 1


class Worker:
    """It holds the other end of the worker's leash. `changed` is called whenever it got ready, failed or ended.

    One that fails, or gives no sign of life for `patience` seconds after it got ready, is killed.
    """

    def __init__(
        self,
        leash: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        catalogue: Catalogue,
        changed: Callable[[], None],
        patience: float,
    ) -> None:
        self.catalogue = catalogue
        self.started_at = time.monotonic()
        # Not known until it runs.
        self.pid: int | None = None
        self.is_ready = False
        self.is_told_to_accept = False
        self.is_accepting = False
        self.has_ended = False
        self.cut_requests = 0
        # Why it ended, or is about to; meant for operators once secrets are taken out.
        self.reason: str | None = None
        self._said, self._orders = leash
        self._changed = changed
        self._patience = patience
        self._gave_a_sign = False
        self._asking: asyncio.Task[None] | None = None
        self._listening = asyncio.create_task(self._listen())

    @property
    def age(self) -> float:
        return time.monotonic() - self.started_at

    def accept(self) -> None:
        self.is_told_to_accept = True
        self._tell(accept=True)

    def drain(self, seconds: float) -> None:
        self._tell(drain=seconds)

    def kill(self) -> None:
        """With its children, such as the query engine. One that does not run yet ends when it takes up its leash."""
        self._orders.close()
        if self.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    async def ended(self) -> None:
        await self._listening

    def _tell(self, **order: object) -> None:
        self._orders.write(json.dumps(order).encode() + b"\n")

    async def _listen(self) -> None:
        with suppress(ConnectionError):
            async for line in self._said:
                self._note(json.loads(line))
        if self._asking:
            self._asking.cancel()
        # One that was killed leaves children.
        self.kill()
        self.has_ended = True
        self._changed()

    async def _ask_until_silent(self) -> None:
        """Counts our own looks, so that a machine that is overloaded, or slept, gives it the time that it took."""
        silent_looks = 0
        while silent_looks * ASK_SECONDS < self._patience:
            if silent_looks == 0:
                self._gave_a_sign = False
                self._tell(ask=True)
            await asyncio.sleep(ASK_SECONDS)
            silent_looks = 0 if self._gave_a_sign else silent_looks + 1
        self.reason = f"it gave no sign of life for {self._patience:g} seconds"
        self.kill()

    def _note(self, said: Mapping[str, object]) -> None:
        if "pid" in said:
            self.pid = int(str(said["pid"]))
        elif "ready" in said:
            self.is_ready = True
            self._asking = asyncio.create_task(self._ask_until_silent())
        elif "accepting" in said:
            self.is_accepting = True
        elif "alive" in said:
            self._gave_a_sign = True
            return
        elif "failed" in said:
            self.reason = str(said["failed"])
            self.kill()
        elif "cut" in said:
            self.cut_requests = int(str(said["cut"]))
        self._changed()
