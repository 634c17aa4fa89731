"""What stands in front of several instances in a cluster, as small as it can be.

It passes connections on, in turn, to the instances whose health is good, as Kubernetes' services do. A connection that
has its instance keeps it.
"""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Iterator

SECONDS_BETWEEN_LOOKS = 0.1


class Balancer:
    """An instance gets connections once `ready` answers 200, and from then on for as long as `health` does."""

    def __init__(self, ready: str, health: str) -> None:
        self._ready = ready
        self.ports: list[int] = []
        self.url = ""
        self._health = health
        self.healthy: set[int] = set()
        self._known: set[int] = set()
        self._turn = itertools.count()

    async def run(self, started: threading.Event, stopped: asyncio.Event) -> None:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        looking = asyncio.create_task(self._look())
        await stopped.wait()
        looking.cancel()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            for port in list(self.ports):
                if await _answers(port, self._health if port in self._known else self._ready):
                    self._known.add(port)
                    self.healthy.add(port)
                else:
                    self.healthy.discard(port)
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = await self._connected()
        if upstream is None:
            writer.transport.abort()
            return
        there, back = _copy(reader, upstream[1]), _copy(upstream[0], writer)
        # The end of the balancer is no mistake.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(there, back, return_exceptions=True)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        ports = sorted(port for port in self.ports if port in self.healthy)
        first = next(self._turn)
        for number in range(len(ports)):
            port = ports[(first + number) % len(ports)]
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                self.healthy.discard(port)
        return None


async def _answers(port: int, path: str) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
            return b" 200 " in await reader.readline()
    except OSError:
        return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The end of one side is told to the other at once; a reset is, too."""
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.close()


@contextlib.contextmanager
def running_balancer(ready: str = "/readyz", health: str = "/healthz") -> Iterator[Balancer]:
    loop, started, stopped = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    balancer = Balancer(ready, health)
    thread = threading.Thread(target=loop.run_until_complete, args=(balancer.run(started, stopped),))
    thread.start()
    assert started.wait(60)
    try:
        yield balancer
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(60)
        loop.close()
