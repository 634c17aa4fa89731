"""An upstream that is away, slow or talks nonsense."""

import asyncio
import socket

import httpx
import pytest
from portal_server import served

from portal.sample_endpoint import Options, create_app

pytestmark = pytest.mark.req("G10")


@pytest.fixture
def nobody() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(("is_starting", "code"), [(True, "gateway_starting"), (False, "gateway_unavailable")])
def test_upstream_that_is_away_is_said_with_a_time_to_retry(
    nobody, door_to, http: httpx.Client, *, is_starting: bool, code
):
    answer = http.post(f"{door_to(nobody, is_starting=is_starting)}/chat/completions", json={})

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == code
    assert answer.headers["retry-after"] == "5"
    assert "127.0.0.1" not in answer.text


def test_silent_upstream_is_a_timeout(upstream_that, door_to, http: httpx.Client):
    async def never(*_) -> None:
        await asyncio.sleep(300)

    upstream = upstream_that(never)
    answer = http.post(f"{door_to(upstream.url, first_byte=1)}/chat/completions", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")
    assert upstream.closed_by_peer.wait(60)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
def test_answer_that_breaks_off_is_an_error_and_not_half_an_answer(
    upstream_that, door_to, http: httpx.Client, said: bytes
):
    async def handler(_, writer: asyncio.StreamWriter, __) -> None:
        writer.write(said)
        await writer.drain()

    answer = http.post(f"{door_to(upstream_that(handler).url)}/chat/completions", json={})

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_error")


def test_redirect_is_not_followed(upstream_saying, door_to, http: httpx.Client):
    upstream = upstream_saying(307, b"", "location: /key/generate")

    answer = http.post(f"{door_to(upstream.url)}/chat/completions", json={})

    assert answer.status_code == 500
    assert len(upstream.heads) == 1
    assert "location" not in answer.headers


def test_list_of_models_that_cannot_be_read_is_our_fault(upstream_saying, door_to, http: httpx.Client, relayed):
    answer = http.get(f"{door_to(upstream_saying(200, b'<html>').url)}/models/x")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert relayed()["error"] == "internal_error"


def test_door_works_again_when_the_upstream_is_back(door_to, http: httpx.Client, upstream_key: str):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    door = door_to(f"http://127.0.0.1:{port}")
    question = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}]}

    statuses = [http.post(f"{door}/chat/completions", json=question).status_code]
    for _ in range(2):
        with served(create_app(Options(api_key=upstream_key)), port):
            statuses.append(http.post(f"{door}/chat/completions", json=question).status_code)
        statuses.append(http.post(f"{door}/chat/completions", json=question).status_code)

    assert statuses == [503, 200, 503, 200, 503]
