"""One worker process, as the supervisor sees it."""

import asyncio
import json
import os
import signal
import socket
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from litellm_config.catalogue import Catalogue


class Worker:
    """`changed` is called whenever it got ready, failed or ended."""

    def __init__(
        self,
        process: Process,
        leash: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        catalogue: Catalogue,
        changed: Callable[[], None],
    ) -> None:
        self.catalogue = catalogue
        self.started_at = time.monotonic()
        self.is_ready = False
        self.has_ended = False
        self.cut_requests = 0
        # Why it ended, or is about to; meant for operators once secrets are taken out.
        self.reason: str | None = None
        self._process = process
        self._orders, self._said = leash[1], leash[0]
        self._changed = changed
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        listener: int,
        catalogue: Catalogue,
        changed: Callable[[], None],
    ) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *command,
                str(listener),
                str(theirs.fileno()),
                env=environment,
                stdin=DEVNULL,
                pass_fds=(listener, theirs.fileno()),
                # A group of its own, so that it can be ended with its children.
                start_new_session=True,
            )
        return cls(process, await asyncio.open_connection(sock=ours), catalogue, changed)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age(self) -> float:
        return time.monotonic() - self.started_at

    def accept(self) -> None:
        self._tell(accept=True)

    def drain(self, seconds: float) -> None:
        self._tell(drain=seconds)

    def kill(self) -> None:
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
        code = await self._process.wait()
        # What is left of its group, such as the query engine of a worker that was killed.
        self.kill()
        self._orders.close()
        self.reason = self.reason or _last_words(code)
        self.has_ended = True
        self._changed()

    def _note(self, said: Mapping[str, object]) -> None:
        if "ready" in said:
            self.is_ready = True
        elif "failed" in said:
            self.reason = str(said["failed"])
        elif "cut" in said:
            self.cut_requests = int(str(said["cut"]))
        self._changed()


def _last_words(code: int) -> str:
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with exit code {code}"
