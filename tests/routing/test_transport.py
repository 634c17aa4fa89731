"""What the endpoint says on the wire, as LiteLLM gets to see it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from litellm_config.routing.transport import EndpointTransport

EVENT = b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n'
END = b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
USAGE = b'data: {"choices": [], "usage": {"total_tokens": 2}}\n\n'
COMPLETED = b'event: response.completed\ndata: {"type": "response.completed"}\n\n'
DONE = b"data: [DONE]\n\n"


def answer_of(*chunks: bytes, status: int = 200, stream: bool = True) -> httpx.Response:
    async def parts() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def ask() -> httpx.Response:
        endpoint = httpx.MockTransport(lambda _: httpx.Response(status, content=parts()))
        async with httpx.AsyncClient(transport=EndpointTransport(endpoint)) as client:
            return await client.post("http://endpoint/v1/chat/completions", json={"stream": stream})

    return asyncio.run(ask())


@pytest.mark.req("G10")
@pytest.mark.parametrize(
    "chunks",
    [
        [EVENT, END, DONE],
        [EVENT, END],
        [EVENT, END, USAGE],
        [EVENT, DONE],
        [EVENT, COMPLETED],
        [EVENT + END[:30], END[30:]],
    ],
)
def test_stream_that_says_its_end_is_passed_byte_for_byte(chunks: list[bytes]):
    assert answer_of(*chunks).content == b"".join(chunks)


@pytest.mark.req("G10")
@pytest.mark.parametrize("chunks", [[], [EVENT], [DONE], [b"<html></html>"], [b": a comment\n\n"], [EVENT, USAGE]])
def test_stream_that_does_not_say_its_end_breaks_off(chunks: list[bytes]):
    with pytest.raises(httpx.RemoteProtocolError):
        answer_of(*chunks)


@pytest.mark.req("G10")
def test_whole_answer_is_left_alone():
    assert answer_of(b"anything", stream=False).content == b"anything"


@pytest.mark.req("G3", "G10")
@pytest.mark.parametrize(("said", "passed"), [(422, 400), (400, 400), (429, 429), (500, 500)])
def test_refusal_is_final_for_this_endpoint(said: int, passed: int):
    answer = answer_of(b"{}", status=said)

    assert (answer.status_code, answer.headers["x-should-retry"]) == (passed, "false")


@pytest.mark.req("G11")
@pytest.mark.parametrize(("asked", "given"), [(600, 5), (1, 1), (None, 5)])
def test_connecting_takes_seconds_however_long_an_answer_may_take(asked: float | None, given: float):
    seen = {}

    def endpoint(request: httpx.Request) -> httpx.Response:
        seen.update(request.extensions["timeout"])
        return httpx.Response(200)

    async def ask() -> None:
        transport = EndpointTransport(httpx.MockTransport(endpoint))
        async with httpx.AsyncClient(transport=transport, timeout=asked) as client:
            await client.post("http://endpoint/v1/chat/completions", json={})

    asyncio.run(ask())

    assert (seen["connect"], seen["read"]) == (given, asked)
