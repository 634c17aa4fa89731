import asyncio
import json
import threading
import time

import httpx
import openai
import pytest
from leaving import asking
from openai import OpenAI
from waiting import wait_until

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"
QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Count to 400"}], "stream": True}


def delta(text: str) -> bytes:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}, ensure_ascii=False).encode() + b"\n\n"


def chunked(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


def streaming(parts: list[bytes], *, wait: float = 0.0, ends: bool = True, hangs: bool = False):
    async def handler(_, writer: asyncio.StreamWriter, __) -> None:
        writer.write(HEAD)
        for part in parts:
            writer.write(chunked(part))
            await writer.drain()
            await asyncio.sleep(wait)
        if hangs:
            await asyncio.sleep(300)
        if ends:
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    return handler


def received(http: httpx.Client, door: str) -> list[bytes]:
    with http.stream("POST", f"{door}/chat/completions", json={}) as answer:
        return list(answer.iter_raw())


@pytest.mark.req("G1")
@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
def test_stream_is_the_same_byte_for_byte(upstream_that, door_to, http: httpx.Client, end: bytes):
    parts = [delta(text) for text in ("Grüße", "世界 🚀", 'data: {"error"', "\\n\\n", "x" * 200_000)]
    parts = [part.replace(b"\n\n", end) for part in [b": a comment\n\n", *parts]] + [DONE]

    assert b"".join(received(http, door_to(upstream_that(streaming(parts)).url))) == b"".join(parts)


@pytest.mark.req("G1")
def test_a_proxy_in_front_is_told_not_to_hold_a_stream_back(upstream_that, door_to, http: httpx.Client):
    door = door_to(upstream_that(streaming([delta("Hello"), DONE])).url)
    with http.stream("POST", f"{door}/chat/completions", json={}) as answer:
        assert answer.headers["x-accel-buffering"] == "no"


@pytest.mark.req("G1")
def test_events_that_arrive_in_pieces_leave_whole(upstream_that, door_to, http: httpx.Client):
    """Cut everywhere: inside characters, inside the end of an event, several events in one piece."""
    whole = b"".join([delta("日本"), delta("語"), delta(""), DONE])
    for size in (1, 7, 100, 211):
        parts = [whole[at : at + size] for at in range(0, len(whole), size)]
        chunks = received(http, door_to(upstream_that(streaming(parts, wait=0.001)).url))

        assert b"".join(chunks) == whole
        assert all(chunk.endswith(b"\n\n") for chunk in chunks)


@pytest.mark.req("G1")
def test_each_chunk_is_passed_on_when_it_comes(upstream_that, door_to, http: httpx.Client):
    """The upstream goes on only when the client has what was written before."""
    seen = threading.Semaphore(0)

    async def handler(_, writer: asyncio.StreamWriter, __) -> None:
        writer.write(HEAD)
        for number in range(5):
            writer.write(chunked(delta(str(number))))
            await writer.drain()
            assert await asyncio.to_thread(seen.acquire, timeout=60)
        writer.write(chunked(DONE) + b"0\r\n\r\n")
        await writer.drain()

    chunks = []
    with http.stream("POST", f"{door_to(upstream_that(handler).url)}/chat/completions", json={}) as answer:
        for chunk in answer.iter_raw():
            chunks.append(chunk)
            seen.release()

    assert chunks == [*(delta(str(number)) for number in range(5)), DONE]


@pytest.mark.req("G11")
def test_client_that_stops_reading_stops_the_upstream(upstream_that, door_to, http: httpx.Client, relayed):
    upstream = upstream_that(streaming([delta("Hello")], hangs=True))
    with http.stream("POST", f"{door_to(upstream.url)}/chat/completions", json={}) as answer:
        next(answer.iter_raw())

    assert upstream.closed_by_peer.wait(60)
    assert relayed()["status"] == 499


@pytest.mark.req("G11")
def test_client_that_leaves_before_the_answer_stops_the_upstream(upstream_that, door_to, relayed):
    async def never(*_) -> None:
        await asyncio.sleep(300)

    upstream = upstream_that(never)
    with asking(door_to(upstream.url), "chat/completions"):
        wait_until(lambda: upstream.bodies)

    assert upstream.closed_by_peer.wait(60)
    assert relayed()["status"] == 499


@pytest.mark.req("G11")
def test_leaving_the_sdk_stream_stops_the_model(slow_upstream_url: str, door_to, upstream_key: str, relayed):
    """At this pace the whole answer would take forty seconds."""
    with OpenAI(base_url=door_to(slow_upstream_url), api_key=upstream_key, max_retries=0) as client:
        stream = client.chat.completions.create(**QUESTION)
        next(stream)
        stream.close()

    line = relayed()
    assert line["status"] == 499
    assert line["total_ms"] < 10_000


@pytest.mark.req("G10")
@pytest.mark.parametrize("last", [b"", b'data: {"id": "1", "cho'])
def test_upstream_that_dies_in_mid_stream_ends_in_an_error_event(
    upstream_that, door_to, http: httpx.Client, relayed, last: bytes
):
    upstream = upstream_that(streaming([delta("Hello"), *([last] if last else [])], ends=False))

    text = b"".join(received(http, door_to(upstream.url)))

    first, error, rest = text.split(b"\n\n")
    assert first + b"\n\n" == delta("Hello")
    assert json.loads(error.removeprefix(b"data: "))["error"]["code"] == "stream_interrupted"
    assert rest == b""
    assert relayed()["error"] == "stream_interrupted"


@pytest.mark.req("G10")
def test_sdk_raises_when_a_stream_breaks_off(upstream_that, door_to, upstream_key: str):
    url = door_to(upstream_that(streaming([delta("Hello"), b'data: {"id'], ends=False)).url)
    with OpenAI(base_url=url, api_key=upstream_key, max_retries=0) as client:
        stream = client.chat.completions.create(**QUESTION)
        assert next(stream).choices[0].delta.content == "Hello"
        with pytest.raises(openai.APIError) as error:
            next(stream)

    assert error.value.code == "stream_interrupted"


@pytest.mark.req("G10")
def test_stream_that_ends_without_its_last_word_is_not_taken_for_complete(upstream_that, door_to, http: httpx.Client):
    text = b"".join(received(http, door_to(upstream_that(streaming([delta("Hello")])).url)))

    assert b"stream_interrupted" in text


@pytest.mark.req("G10")
def test_stream_that_falls_silent_ends_in_an_error_event(upstream_that, door_to, http: httpx.Client):
    upstream = upstream_that(streaming([delta("Hello")], hangs=True))

    text = b"".join(received(http, door_to(upstream.url, silence=0.3)))

    assert b"upstream_timeout" in text
    assert upstream.closed_by_peer.wait(60)


@pytest.mark.req("G10")
@pytest.mark.parametrize("size", [1000, 9])
def test_error_event_of_the_upstream_is_worded_anew(upstream_that, door_to, http: httpx.Client, size: int):
    """The frame that LiteLLM writes when an endpoint fails in the middle of a stream."""
    leak = {
        "message": "litellm.APIConnectionError: OpenAIException - http://10.1.2.3:8000 refused key sk-endpoint",
        "type": "internal_server_error",
        "param": None,
        "code": "500",
    }
    whole = delta("Hello") + b"data: " + json.dumps({"error": leak}).encode() + b"\n\n" + DONE
    parts = [whole[at : at + size] for at in range(0, len(whole), size)]

    text = b"".join(received(http, door_to(upstream_that(streaming(parts, wait=0.001)).url)))

    assert text.startswith(delta("Hello"))
    assert text.endswith(DONE)
    assert b'"code": "stream_interrupted"' in text
    for secret in (b"10.1.2.3", b"sk-endpoint", b"litellm", b"OpenAIException"):
        assert secret not in text


@pytest.mark.req("G11")
def test_slow_client_holds_the_upstream_back(upstream_that, door_to, http: httpx.Client):
    """Otherwise the door's memory would fill with what a slow client has not read yet."""
    written = []

    async def flood(_, writer: asyncio.StreamWriter, __) -> None:
        writer.write(HEAD)
        for _ in range(2000):
            writer.write(chunked(delta("x" * 50_000)))
            await writer.drain()
            written.append(1)

    with http.stream("POST", f"{door_to(upstream_that(flood).url)}/chat/completions", json={}) as answer:
        next(answer.iter_raw())
        time.sleep(1)

    assert len(written) < 1000
