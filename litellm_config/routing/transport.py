"""What endpoints say on the wire, put so that LiteLLM can't take it for something else.

Four things are not well with LiteLLM 1.108 and the OpenAI client in it. An answer to a request for a stream that is no
stream, or that ends before its end, is to them a complete answer. 422 makes LiteLLM ask once more and then answer
`null`. For pictures the client asks the same endpoint three times. The time to connect is as long as that to answer.
"""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx

# An endpoint on this continent or another accepts a connection in less, or not at all.
CONNECT_SECONDS = 5
# The last events of a stream: why it ends, what it cost, and that it is over.
LAST_BYTES = 8192
ENDS = re.compile(rb'"finish_reason"\s*:\s*"|"type"\s*:\s*"response\.(?:completed|incomplete|failed)"')
DONE = b"data: [DONE]"
WANTS_STREAM = re.compile(rb'"stream"\s*:\s*true')


class EndpointTransport(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeout = request.extensions.get("timeout", {})
        connect = min(timeout.get("connect") or CONNECT_SECONDS, CONNECT_SECONDS)
        request.extensions["timeout"] = {**timeout, "connect": connect}
        response = await self._transport.handle_async_request(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers["x-should-retry"] = "false"
        if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
            response.status_code = HTTPStatus.BAD_REQUEST
        if response.status_code == HTTPStatus.OK and wants_stream(request) and not is_encoded(response):
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
            response.stream = WholeStream(response.stream)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


class WholeStream(httpx.AsyncByteStream):
    """Breaks off, rather than ends, when the endpoint did not say the end, or nothing but the end."""

    def __init__(self, source: httpx.AsyncByteStream) -> None:
        self._source = source

    async def __aiter__(self) -> AsyncIterator[bytes]:
        last = b""
        async for chunk in self._source:
            # Nobody reads on after this, so that it can't wait for the end.
            if not last and chunk.strip() == DONE:
                break
            last = (last + chunk)[-LAST_BYTES:]
            yield chunk
        if not (ENDS.search(last) or DONE in last):
            raise httpx.RemoteProtocolError("The endpoint ended its stream before the end of the answer.")

    async def aclose(self) -> None:
        await self._source.aclose()


def wants_stream(request: httpx.Request) -> bool:
    """Forms and other uploads, which are not read here, want none."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return is_json and bool(WANTS_STREAM.search(request.content))


def is_encoded(response: httpx.Response) -> bool:
    return bool(response.headers.get("content-encoding", "identity") != "identity")
