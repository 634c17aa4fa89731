"""Streams in time: the first token, the window, a slow reader, an error, somebody who leaves."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from litellm_config.coalescing import CoalescingTransport
from litellm_config.coalescing.stream import MOST_BYTES, CoalescedStream
from litellm_config.coalescing.window import LONGEST_SECONDS, Window

EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n'


class Endpoint(httpx.AsyncByteStream):
    """Gives one chunk after the other, whenever a test lets it."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.is_closed = False
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self.chunks.get()) is not None:
            if isinstance(chunk, Exception):
                raise chunk
            self.read += len(chunk)
            yield chunk

    async def aclose(self) -> None:
        self.is_closed = True


class LongWindow(Window):
    """So long that only a bug would wait for its end."""

    seconds = 3600.0


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


async def test_first_token_does_not_wait_and_the_rest_gathers(endpoint: Endpoint):
    stream = aiter(CoalescedStream(endpoint, LongWindow()))
    endpoint.chunks.put_nowait(EVENT % 1)

    assert await asyncio.wait_for(anext(stream), 60) == EVENT % 1
    for chunk in (EVENT % 2, EVENT % 3, None):
        endpoint.chunks.put_nowait(chunk)
    (rest,) = [chunk async for chunk in stream]
    assert rest == b'data: {"choices":[{"index":0,"delta":{"content":"2 3 "}}]}\n\n'


async def test_error_comes_after_what_came_before_it(endpoint: Endpoint):
    for chunk in (EVENT % 1, b"data: [DO", httpx.ReadError("gone")):
        endpoint.chunks.put_nowait(chunk)
    seen = []

    with pytest.raises(httpx.ReadError, match="gone"):
        async for chunk in CoalescedStream(endpoint, LongWindow()):
            seen.append(chunk)  # noqa: PERF401 - the loop is what fails

    assert seen == [EVENT % 1]


async def test_event_that_the_end_cut_off_is_handed_on(endpoint: Endpoint):
    for chunk in (EVENT % 1, b"data: [DONE]", None):
        endpoint.chunks.put_nowait(chunk)

    assert b"".join([chunk async for chunk in CoalescedStream(endpoint, Window())]) == EVENT % 1 + b"data: [DONE]"


async def test_endpoint_waits_for_a_reader_that_does_not_read(endpoint: Endpoint):
    piece = (EVENT % 1) * 1000
    for _ in range(50):
        endpoint.chunks.put_nowait(piece)
    endpoint.chunks.put_nowait(None)
    stream = aiter(CoalescedStream(endpoint, Window()))
    size = len(await anext(stream))

    for _ in range(1000):
        await asyncio.sleep(0)

    # Once what was handed over, once what waits.
    assert endpoint.read <= 2 * (MOST_BYTES + len(piece))
    async for chunk in stream:
        size += len(chunk)
    assert endpoint.read == 50 * len(piece)
    assert size < endpoint.read


async def test_reader_that_leaves_stops_the_reading(endpoint: Endpoint):
    async def give() -> None:
        while True:
            endpoint.chunks.put_nowait(EVENT % 1)
            await asyncio.sleep(0)

    giving = asyncio.create_task(give())
    source = CoalescedStream(endpoint, Window())
    stream = source.__aiter__()
    await anext(stream)
    await stream.aclose()
    await source.aclose()
    read = endpoint.read
    for _ in range(20):
        await asyncio.sleep(0)
    giving.cancel()

    assert endpoint.is_closed
    assert endpoint.read == read


async def test_window_grows_with_the_streams_and_has_an_end():
    window = Window()
    with window, window:
        two = window.seconds
        with window:
            assert window.seconds == pytest.approx(two * 1.5)
    assert window.seconds == 0
    for _ in range(100_000):
        window.__enter__()
    assert window.seconds == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("headers", "is_touched"),
    [
        ({"content-type": "text/event-stream; charset=utf-8"}, True),
        ({"content-type": "text/event-stream", "content-encoding": "gzip"}, False),
        ({"content-type": "application/json"}, False),
        ({}, False),
    ],
)
async def test_only_plain_event_streams_are_touched(endpoint: Endpoint, headers: dict[str, str], *, is_touched: bool):
    network = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=endpoint))

    answer = await CoalescingTransport(network).handle_async_request(httpx.Request("POST", "http://x"))

    assert isinstance(answer.stream, CoalescedStream) is is_touched
