"""What comes before a request is bounded too."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from portal_server import served

from portal.web.connection import BoundedProtocol

pytestmark = pytest.mark.req("G11")

HEAD = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"


class Hasty(BoundedProtocol):
    head_seconds = 0.3


async def slow_app(scope, receive, send) -> None:
    """Answers after more time than a head may take."""
    if scope["type"] == "lifespan":
        return
    await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def hasty() -> Iterator[str]:
    with served(slow_app, http=Hasty) as url:
        yield url


def connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=60)


def read_all(connection: socket.socket) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize("header", [b"x: " + b"a" * 200_000, b"".join(b"x-%d: a\r\n" % n for n in range(20_000))])
def test_head_without_end_is_cut_off(platform, header: bytes):
    with connect(platform.portal_url) as connection:
        with suppress(ConnectionError):
            connection.sendall(HEAD + header)
        answer = read_all(connection)

    assert answer.startswith(b"HTTP/1.1 431") or answer == b""


def test_large_head_that_ends_is_read(platform):
    with connect(platform.portal_url) as connection:
        connection.sendall(HEAD + b"connection: close\r\nx: " + b"a" * 40_000 + b"\r\n\r\n")

        assert read_all(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begun", [b"", b"GET / HT", HEAD])
def test_head_that_does_not_come_is_not_waited_for(hasty: str, begun: bytes):
    with connect(hasty) as connection:
        connection.sendall(begun)

        assert read_all(connection) == b""


def test_answer_may_take_longer_than_a_head(hasty: str):
    with connect(hasty) as connection:
        connection.sendall(HEAD + b"\r\n")
        answer = b""
        while not answer.endswith(b"\r\n\r\nok") and (part := connection.recv(65536)):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200")

        connection.sendall(HEAD + b"connection: close\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 200")
