import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
import structlog
from portal_server import served
from prometheus_client import CollectorRegistry
from structlog.testing import LogCapture
from waiting import wait_until

from portal.gateway.admission import Admission
from portal.gateway.door import Door
from portal.gateway.meters import Meters
from portal.gateway.room import Room
from portal.gateway.timeouts import Timeouts
from portal.gateway.upstream import connect
from portal.sample_endpoint import Options, create_app

LIMIT = 100_000
PREFIX = "/api/v1"
TLS = httpx.create_ssl_context()
# The paths of the requests at all doors. The line of a request is written when its answer has gone already.
under_way: list[str] = []
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


async def every_key(_: str) -> None:
    """Is good."""


def portal_with(
    url: str,
    *,
    is_starting: bool = False,
    has_model: Callable[[str], bool] = lambda _: True,
    check_key: Callable[[str], Awaitable[None]] = every_key,
    in_flight: int = 100 * LIMIT,
    **seconds: float,
):
    """The door as the portal hangs it: everything at and below the prefix is its own."""
    client = connect(TLS)
    door = Door(
        client,
        url,
        admission=Admission(LIMIT, Room(in_flight), check_key=check_key, has_model=has_model),
        timeouts=Timeouts(**seconds),
        meters=Meters(CollectorRegistry()),
        is_starting=lambda: is_starting,
    )

    async def portal(scope, receive, send) -> None:
        if scope["type"] != "lifespan":
            assert scope["path"] == PREFIX or scope["path"].startswith(f"{PREFIX}/")
            under_way.append(scope["path"])
            try:
                await door({**scope, "root_path": PREFIX}, receive, send)
            finally:
                under_way.remove(scope["path"])
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await client.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    return portal


class Upstream:
    """A server that writes what a test tells it to, byte by byte, and keeps what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.closed_by_peer = threading.Event()
        self.url = ""
        self._handler = handler

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head)
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            body = await reader.readexactly(length)
            self.bodies.append(body)
            answering = asyncio.ensure_future(self._handler(reader, writer, body))
            leaving = asyncio.ensure_future(reader.read())
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.closed_by_peer.set()
                answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    @contextmanager
    def running(self) -> Iterator["Upstream"]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._stop(server), loop).result(timeout=60)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=60)
            loop.close()

    async def _stop(self, server: asyncio.Server) -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def upstream_that() -> Iterator[Callable[[Handler], Upstream]]:
    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(Upstream(handler).running())


def saying(status: int, body: bytes, *headers: str, kind: str = "application/json") -> Handler:
    async def handler(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(body)}", *headers]
        writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
        await writer.drain()

    return handler


@pytest.fixture(scope="session")
def recorder() -> Iterator[Upstream]:
    """It knows one model, gives every path the same answer and keeps what it was asked."""
    with Upstream(saying(200, b'{"data": [{"id": "org/name", "object": "model"}]}')).running() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def recorder_door(recorder: Upstream) -> Iterator[str]:
    with served(portal_with(recorder.url)) as url:
        yield url + PREFIX


@pytest.fixture(scope="session")
def all_litellm_fields() -> set[str]:
    """In a process of its own, because LiteLLM takes its time and warns of much."""
    program = "import gc; gc.disable(); from litellm.types.utils import all_litellm_params as names; print(*names)"
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.fixture
def upstream_saying(upstream_that) -> Callable[..., Upstream]:
    """An upstream that gives one fixed answer."""
    return lambda *answer, **options: upstream_that(saying(*answer, **options))


@pytest.fixture
def door_to() -> Iterator[Callable[..., str]]:
    """The public address, `/api/v1` included, of a door to that upstream."""
    with ExitStack() as stack:

        def start(url: str, **options) -> str:
            app = portal_with(url, **options)
            return stack.enter_context(served(app)) + PREFIX

        yield start


@pytest.fixture(scope="session")
def upstream_key() -> str:
    return "sk-sample-key"


@pytest.fixture(scope="session")
def upstream_url(upstream_key: str) -> Iterator[str]:
    with served(create_app(Options(api_key=upstream_key))) as url:
        yield url


@pytest.fixture(scope="session")
def slow_upstream_url(upstream_key: str) -> Iterator[str]:
    with served(create_app(Options(api_key=upstream_key, rate=20))) as url:
        yield url


@pytest.fixture(scope="session")
def door(upstream_url: str) -> Iterator[str]:
    with served(portal_with(upstream_url)) as url:
        yield url + PREFIX


@pytest.fixture
def http(upstream_key: str) -> Iterator[httpx.Client]:
    with httpx.Client(headers={"authorization": f"Bearer {upstream_key}"}, timeout=30) as client:
        yield client


@pytest.fixture
def relayed() -> Iterator[Callable[[], dict]]:
    """The log line of the one request of the test, once it is there."""
    wait_until(lambda: not under_way)
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[capture], cache_logger_on_first_use=False)

    def last() -> dict:
        def lines() -> list[dict]:
            return [line for line in capture.entries if line["event"] == "gateway.relayed"]

        wait_until(lines)
        (line,) = lines()
        return line

    yield last
    structlog.configure(processors=before)
