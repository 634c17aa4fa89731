"""Connections to LiteLLM are kept for the next request, but for those on which anything went wrong."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from portal.clients.transport import AiohttpTransport

pytestmark = pytest.mark.req("G11")

WHOLE = {
    "200": [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    "400": [b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno"],
}
FAILED = {
    "500 at once": [b"HTTP/1.1 500 Error\r\ncontent-length: 2\r\n\r\nno"],
    "500 in pieces": [b"HTTP/1.1 500 Error\r\ncontent-length: 2\r\n\r\n", b"n", b"o"],
    "503 in chunks": [b"HTTP/1.1 503 Error\r\ntransfer-encoding: chunked\r\n\r\n", b"2\r\nno\r\n", b"0\r\n\r\n"],
    "cut": [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", b"ok", b"cut"],
    "more than was said": [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more"],
    "silence": [],
    "silence in the middle": [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", b"ok"],
    "no answer of HTTP": [b"SSH-2.0-x\r\n\r\n"],
}


class Server:
    """Gives its first answer in the chosen pieces, and good ones afterwards."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces: list[bytes] | None = pieces
        # The number of the connection on which each request came.
        self.asked_on: list[int] = []
        self.talks: list[asyncio.Task[None]] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append(asyncio.current_task())
        number = len(self.talks)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                self.asked_on.append(number)
                pieces, self._pieces = self._pieces, None
                for piece in WHOLE["200"] if pieces is None else pieces:
                    if piece == b"cut":
                        break
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.02)
                if pieces and pieces[-1] == b"cut":
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    transport = AiohttpTransport(ssl.create_default_context(), keep_alive=60)
    async with (
        listening,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=0.5) as client,
    ):
        yield client
    await asyncio.gather(*server.talks)


async def asked_twice(pieces: list[bytes]) -> list[int]:
    server = Server(pieces)
    async with running(server) as client:
        with suppress(httpx.TransportError):
            await client.get("/")
        assert (await client.get("/")).text == "ok"
    return server.asked_on


@pytest.mark.parametrize("kind", WHOLE)
async def test_connection_is_used_again(kind: str):
    assert await asked_twice(WHOLE[kind]) == [1, 1]


@pytest.mark.parametrize("kind", FAILED)
async def test_connection_on_which_anything_went_wrong_is_not_used_again(kind: str):
    assert await asked_twice(FAILED[kind]) == [1, 2]


async def test_connection_of_somebody_who_left_is_not_used_again():
    server = Server([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", b"ok"])
    async with running(server) as client:
        async with client.stream("GET", "/") as answer:
            assert await anext(answer.aiter_raw()) == b"ok"
        assert (await client.get("/")).text == "ok"

    assert server.asked_on == [1, 2]
