"""The program of `forking`, as the supervisor sees it."""

import asyncio
import json
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Self

from litellm_config.catalogue import Catalogue
from litellm_config.running.options import GatewayOptions
from litellm_config.running.worker import Worker

LARGEST_ANSWER = 65_536
# Workers write on when the program that they were forked from has ended.
_COPYING: set[asyncio.Task[None]] = set()


class ForkServer:
    """`changed` is called when it has ended; its workers go on without it."""

    def __init__(self, process: Process, orders: socket.socket, changed: Callable[[], None], patience: float) -> None:
        self.has_ended = False
        # Why it ended, meant for operators once secrets are taken out.
        self.reason: str | None = None
        self._process = process
        self._orders = orders
        self._changed = changed
        self._patience = patience
        self._first: Worker | None = None
        self._watching = asyncio.create_task(self._watch())

    @classmethod
    async def start(
        cls, options: GatewayOptions, listener: int, environment: Mapping[str, str], changed: Callable[[], None]
    ) -> Self:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *options.program,
                str(listener),
                str(theirs.fileno()),
                env={**options.environment, **options.litellm_environment, **environment},
                stdin=DEVNULL,
                stdout=PIPE if options.copy_output else None,
                stderr=STDOUT if options.copy_output else None,
                pass_fds=(listener, theirs.fileno()),
            )
        if process.stdout and options.copy_output:
            copying = asyncio.create_task(_copy(process.stdout, options.copy_output))
            copying.add_done_callback(_COPYING.discard)
            _COPYING.add(copying)
        return cls(process, ours, changed, options.patience)

    async def fork(self, environment: Mapping[str, str], catalogue: Catalogue, changed: Callable[[], None]) -> Worker:
        """`environment` is added to the program's own. While that is loading, the worker waits for it."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._orders, [json.dumps(dict(environment)).encode()], [theirs.fileno()])
        worker = Worker(await asyncio.open_connection(sock=ours), catalogue, changed, self._patience)
        self._first = self._first or worker
        return worker

    @property
    def has_loaded(self) -> bool:
        """Then it forks at once, unless it hangs."""
        return self._first is not None and self._first.pid is not None

    async def last_words(self) -> str | None:
        """Its reason, if it is just ending."""
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._watching), 0.5)
        return self.reason

    async def end(self) -> None:
        self._orders.shutdown(socket.SHUT_RDWR)
        self.kill()
        await self._watching

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _watch(self) -> None:
        code = await self._process.wait()
        self._orders.settimeout(0)
        with suppress(OSError, ValueError):
            self.reason = json.loads(self._orders.recv(LARGEST_ANSWER))["failed"]
        self.reason = self.reason or f"it ended with code {code}"
        self._orders.close()
        self.has_ended = True
        self._changed()


async def _copy(output: asyncio.StreamReader, copy: Callable[[str], object]) -> None:
    while chunk := await output.read(65_536):
        copy(chunk.decode(errors="replace"))
