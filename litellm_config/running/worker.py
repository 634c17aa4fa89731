"""One worker process, as the supervisor sees it."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from litellm_config.catalogue import Catalogue


class Worker:
    """It holds the other end of the worker's leash. `changed` is called whenever it got ready, failed or ended."""

    def __init__(
        self,
        leash: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        catalogue: Catalogue,
        changed: Callable[[], None],
    ) -> None:
        self.catalogue = catalogue
        self.started_at = time.monotonic()
        # Not known until it runs.
        self.pid: int | None = None
        self.is_ready = False
        self.has_ended = False
        self.cut_requests = 0
        # Why it ended, or is about to; meant for operators once secrets are taken out.
        self.reason: str | None = None
        self._said, self._orders = leash
        self._changed = changed
        self._listening = asyncio.create_task(self._listen())

    @property
    def age(self) -> float:
        return time.monotonic() - self.started_at

    def accept(self) -> None:
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
        # One that was killed leaves children.
        self.kill()
        self.has_ended = True
        self._changed()

    def _note(self, said: Mapping[str, object]) -> None:
        if "pid" in said:
            self.pid = int(str(said["pid"]))
        elif "ready" in said:
            self.is_ready = True
        elif "failed" in said:
            self.reason = str(said["failed"])
        elif "cut" in said:
            self.cut_requests = int(str(said["cut"]))
        self._changed()
