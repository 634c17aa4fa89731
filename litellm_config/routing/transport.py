"""What endpoints say on the wire, put so that nobody can take it for something else: LiteLLM, or the express lane.

LiteLLM 1.108 and the OpenAI client in it take a stream that ends before its end for a complete answer, and find nothing
at all in a stream that is no stream, so that the place of the request among those at the same time stays taken. They
believe an endpoint what it says that it costs. 204 is an answer to them, and 422 makes LiteLLM ask once more and then
answer `null`. For pictures the client asks the same endpoint three times. The time to connect is as long as that to
answer.
"""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import orjson

from litellm_config.coalescing.events import EventSplitter
from litellm_config.routing.wording import Json, events_of, put_event, put_whole

# An endpoint on this continent or another accepts a connection in less, or not at all.
CONNECT_SECONDS = 5
# The last events of a stream: why it ends, what it cost, and that it is over.
LAST_BYTES = 8192
ENDS = re.compile(rb'"finish_reason"\s*:\s*"|"type"\s*:\s*"response\.(?:completed|incomplete|failed)"')
SAYS = re.compile(rb'"choices"|"type"')
DONE = b"data: [DONE]"
WANTS_STREAM = re.compile(rb'"stream"\s*:\s*true')
EVENT_STREAM = "text/event-stream"
NO_ANSWER = range(HTTPStatus.CREATED, HTTPStatus.MULTIPLE_CHOICES)
# LiteLLM would believe it; it is the price of another LiteLLM.
PRICE_HEADER = "x-litellm-response-cost"


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
        elif response.status_code in NO_ANSWER:
            response.status_code = HTTPStatus.BAD_GATEWAY
        elif response.status_code == HTTPStatus.OK and is_json(request):
            put_right(request, response)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()


def put_right(request: httpx.Request, response: httpx.Response) -> None:
    response.headers.pop(PRICE_HEADER, None)
    if response.headers.get("content-encoding", "identity") != "identity":
        decode(response)
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
    is_stream = response.headers.get("content-type", "").startswith(EVENT_STREAM)
    if not WANTS_STREAM.search(request.content) or not (is_stream or question_of(request).get("stream") is True):
        response.stream = Whole(response.stream, request)
        response.headers.pop("content-length", None)
        return
    if not is_stream:
        response.stream = Streamed(response.stream, request)
        response.headers["content-type"] = EVENT_STREAM
        response.headers.pop("content-length", None)
    response.stream = WholeStream(response.stream)


def decode(response: httpx.Response) -> None:
    encoded = httpx.Response(response.status_code, headers=response.headers, stream=response.stream)
    response.stream = Decoded(encoded)
    for name in ("content-encoding", "content-length"):
        response.headers.pop(name, None)


class Decoded(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_bytes():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class Whole(httpx.AsyncByteStream):
    """An answer in one piece."""

    def __init__(self, source: httpx.AsyncByteStream, request: httpx.Request) -> None:
        self._source = source
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = b"".join([part async for part in self._source])
        yield put_whole(body, self._request.url.path, lambda: question_of(self._request))

    async def aclose(self) -> None:
        await self._source.aclose()


class Streamed(Whole):
    """A stream of what may be none: events under another name pass, and a whole answer becomes events."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._source)
        first = b""
        async for part in parts:
            first += part
            if first.strip():
                break
        if not first.lstrip().startswith(b"{"):
            yield first
            async for part in parts:
                yield part
            return
        path = self._request.url.path
        body = b"".join([first, *[part async for part in parts]])
        events = events_of(put_whole(body, path, lambda: question_of(self._request)), path)
        if events is None:
            raise httpx.RemoteProtocolError("The endpoint answered with something else than a stream.")
        yield b"".join(events)


class WholeStream(httpx.AsyncByteStream):
    """Breaks off, rather than ends, when the endpoint did not say the end, or nothing but the end."""

    def __init__(self, source: httpx.AsyncByteStream) -> None:
        self._source = source

    async def __aiter__(self) -> AsyncIterator[bytes]:
        splitter, last, says = EventSplitter(), b"", False
        async for chunk in self._source:
            last = (last + chunk)[-LAST_BYTES:]
            says = says or bool(SAYS.search(last))
            # Nobody reads on after this, so that it can't wait for the end.
            if not says and DONE in last:
                break
            if events := splitter.feed(chunk):
                yield b"".join(map(put_event, events))
        if rest := splitter.finish():
            yield put_event(rest)
        if not says or not (ENDS.search(last) or DONE in last):
            raise httpx.RemoteProtocolError("The endpoint ended its stream before the end of the answer.")

    async def aclose(self) -> None:
        await self._source.aclose()


def is_json(request: httpx.Request) -> bool:
    """Forms and other uploads are not read here."""
    return bool(request.headers.get("content-type", "").startswith("application/json"))


def question_of(request: httpx.Request) -> Json:
    question = orjson.loads(request.content)
    return question if isinstance(question, dict) else {}
