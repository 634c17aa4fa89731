"""One HTTP/1.1 connection, one request at a time, at the cost of a few microseconds per event."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httptools

Heard = Callable[[bytes], None]


class ConnectionFailed(Exception):
    pass


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self._transport: Any = None
        self._parser: Any = None
        self._answered: asyncio.Future[int] | None = None
        self._body: list[bytes] = []
        self._heard: Heard | None = None

    async def post(self, head: bytes, body: bytes, heard: Heard | None = None) -> tuple[int, bytes]:
        """Status and body. With `heard` the body is given to it as it comes, and not kept."""
        self.headers, self._body, self._heard = {}, [], heard
        self._parser = httptools.HttpResponseParser(self)
        self._answered = asyncio.get_running_loop().create_future()
        if self._transport.is_closing():
            raise ConnectionFailed("the connection was closed")
        self._transport.write(b"%s\r\ncontent-length: %d\r\n\r\n%s" % (head, len(body), body))
        status = await self._answered
        return status, b"".join(self._body)

    def close(self) -> None:
        self._transport.close()

    # asyncio's

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._parser:
            self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(ConnectionFailed(str(exc or "the answer was cut")))

    # httptools'

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        if self._heard:
            self._heard(body)
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_result(self._parser.get_status_code())


async def connect(url: str) -> Connection:
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, address.hostname or "", address.port or 0)
    return connection


def head(url: str, headers: Mapping[str, str], method: str = "POST") -> bytes:
    """Everything up to the length of the body."""
    address = urlsplit(url)
    lines = [f"{method} {address.path} HTTP/1.1", f"host: {address.netloc}", "content-type: application/json"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items())]).encode()
