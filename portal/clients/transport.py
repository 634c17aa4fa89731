"""HTTP/1.1 by aiohttp behind httpx's interface: a quarter of the processor time that httpx's own transport takes.

Callers see httpx alone, its requests, answers and errors. Bytes go through as they are: nothing is decompressed, no
cookie is kept, no redirect followed, no header added but those without which it would not be HTTP.
https://docs.aiohttp.org/en/stable/client_reference.html
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

OF_ITS_OWN = ("accept", "accept-encoding", "content-type", "user-agent")
Seconds = dict[str, float | None]


class AiohttpTransport(httpx.AsyncBaseTransport):
    """`keep_alive`: seconds that a connection may rest. `most`: connections at the same time, 0 for any number."""

    def __init__(self, tls: ssl.SSLContext, *, keep_alive: float, most: int = 0) -> None:
        self._tls = tls
        self._keep_alive = keep_alive
        self._most = most
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The time-outs are those of httpx's extension; `read` may be changed until the body is read."""
        seconds: Seconds = request.extensions["timeout"]
        body = await request.aread()
        with translated_errors():
            async with asyncio.timeout(seconds["read"]):
                answer = await self._opened().request(
                    request.method,
                    URL(str(request.url), encoded=True),
                    headers=[(_text(name), _text(value)) for name, value in request.headers.raw],
                    data=body or None,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(sock_connect=seconds["connect"]),
                )
        return httpx.Response(answer.status, headers=list(answer.raw_headers), stream=Body(answer, seconds))

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """With the first request, because aiohttp asks for the loop that is running."""
        if self._session is None:
            connections = aiohttp.TCPConnector(ssl=self._tls, limit=self._most, keepalive_timeout=self._keep_alive)
            self._session = aiohttp.ClientSession(
                connector=connections,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=OF_ITS_OWN,
                response_class=Answer,
                auto_decompress=False,
            )
        return self._session


class Answer(aiohttp.ClientResponse):
    """One of a server that failed is the last on its connection, which such a server may close without a word."""

    async def start(self, connection: Connection) -> "Answer":
        protocol = connection.protocol
        await super().start(connection)
        if self.status >= httpx.codes.INTERNAL_SERVER_ERROR and protocol is not None:
            if self.content.is_eof():
                # It is back in the pool already.
                protocol.close()
            else:
                protocol.force_close()
        return self


class Body(httpx.AsyncByteStream):
    """In the pieces in which it comes. Closed before its end it takes the connection with it."""

    def __init__(self, answer: aiohttp.ClientResponse, seconds: Seconds) -> None:
        self._answer = answer
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._answer.content
        with translated_errors():
            while not content.at_eof():
                async with asyncio.timeout(self._seconds["read"]):
                    chunk = await content.readany()
                if chunk:
                    yield chunk

    async def aclose(self) -> None:
        self._answer.close()


@contextmanager
def translated_errors() -> Iterator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(str(error)) from error
    except TimeoutError as error:
        raise httpx.ReadTimeout("no answer in time") from error
    except (aiohttp.ClientError, HttpProcessingError) as error:
        raise httpx.RemoteProtocolError(str(error)) from error


def _text(header: bytes) -> str:
    """aiohttp writes UTF-8, so what a client has sent that is none is left out."""
    return header.decode("utf-8", "ignore")
