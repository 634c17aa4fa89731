import json
import time
from collections.abc import Callable

import httpx
import openai
import pytest
from openai import OpenAI

from portal.sample_endpoint import Options

pytestmark = pytest.mark.req("G9")

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Count to 100"}]}


def test_health_is_ok(endpoint: str):
    assert httpx.get(f"{endpoint}/health", timeout=60).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", b"{not json", 400),
        ("POST", "/v1/chat/completions", b"[1]", 400),
        ("POST", "/v1/audio/transcriptions", b"", 400),
        ("GET", "/v1/chat/completions", b"", 405),
        ("GET", "/nowhere", b"", 404),
    ],
)
def test_every_refusal_has_the_shape_of_openai(endpoint: str, method: str, path: str, body: bytes, status: int):
    answer = httpx.request(method, endpoint + path, content=body, timeout=60)

    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_wrong_key_is_refused(endpoint_with: Callable[..., str], client_of: Callable[..., OpenAI]):
    url = endpoint_with(api_key="right")

    assert client_of(url, "right").models.list().data
    with pytest.raises(openai.AuthenticationError):
        client_of(url, "wrong").models.list()


@pytest.mark.parametrize(("fail", "error"), [("429", openai.RateLimitError), ("500", openai.InternalServerError)])
def test_failing_endpoint_answers_with_that_status(
    endpoint_with: Callable[..., str], client_of: Callable[..., OpenAI], fail: str, error: type[Exception]
):
    with pytest.raises(error):
        client_of(endpoint_with(fail=fail)).chat.completions.create(**QUESTION)


def test_share_of_failures_is_even(endpoint_with: Callable[..., str]):
    url = endpoint_with(fail="503:0.25") + "/v1/chat/completions"
    with httpx.Client(timeout=60) as client:
        statuses = [client.post(url, json=QUESTION).status_code for _ in range(8)]

    assert statuses == [200, 200, 200, 503] * 2


@pytest.mark.parametrize("fail", ["sometimes", "200", "999", "cut:often", "429:2", "500:"])
def test_unknown_failure_is_said_at_start(fail: str):
    with pytest.raises(ValueError, match="fail must be"):
        Options(fail=fail).failure()


@pytest.mark.parametrize("stream", [True, False])
def test_cut_ends_the_connection_in_the_middle(endpoint_with: Callable[..., str], *, stream: bool):
    """The pace shows that the end does not wait for the rest of the answer."""
    url = endpoint_with(fail="cut", rate=200 if stream else 0) + "/v1/chat/completions"
    started, received = time.monotonic(), []
    with (
        httpx.stream("POST", url, json={**QUESTION, "stream": stream}, timeout=60) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        received.extend(answer.iter_raw())

    assert received
    assert not b"".join(received).endswith((b"[DONE]\n\n", b"}"))
    assert time.monotonic() - started < 5


def test_hanging_endpoint_says_nothing(endpoint_with: Callable[..., str]):
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(endpoint_with(fail="hang") + "/v1/chat/completions", json=QUESTION, timeout=0.3)


def test_garbage_is_not_json(endpoint_with: Callable[..., str]):
    answer = httpx.post(endpoint_with(fail="garbage") + "/v1/chat/completions", json=QUESTION, timeout=60)

    with pytest.raises(ValueError):  # noqa: PT011 - every message means the same here
        answer.json()


def test_pace_is_kept(endpoint_with: Callable[..., str], client_of: Callable[..., OpenAI]):
    client = client_of(endpoint_with(delay=0.2, rate=100))
    started = time.monotonic()
    chunks = client.chat.completions.create(**QUESTION, stream=True, max_tokens=20)
    next(chunks)
    first = time.monotonic() - started
    list(chunks)

    assert first >= 0.2
    assert time.monotonic() - started >= 0.4


@pytest.fixture
def log_of(capfd: pytest.CaptureFixture[str]) -> Callable[[str], dict]:
    def wait_for(request_id: str) -> dict:
        deadline, seen = time.monotonic() + 60, ""
        while time.monotonic() < deadline:
            seen += capfd.readouterr().out
            for line in seen.splitlines():
                if request_id in line:
                    return json.loads(line)
            time.sleep(0.02)
        raise AssertionError(f"no line for {request_id} in {seen!r}")

    return wait_for


def test_log_line_carries_the_request_id(endpoint: str, log_of: Callable[[str], dict]):
    answer = httpx.post(f"{endpoint}/v1/chat/completions", json=QUESTION, headers={"x-request-id": "abc-1"}, timeout=60)

    line = log_of("abc-1")
    assert answer.headers["x-request-id"] == "abc-1"
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/chat/completions", 200)


def test_reader_who_leaves_ends_the_answer(endpoint: str, log_of: Callable[[str], dict]):
    """At this pace the whole answer would take ten seconds."""
    url = endpoint + "/v1/chat/completions"
    body = {**QUESTION, "messages": [{"role": "user", "content": "Count slowly to 200"}], "stream": True}
    with httpx.stream("POST", url, json=body, headers={"x-request-id": "gone"}, timeout=60) as answer:
        next(answer.iter_raw())

    assert log_of("gone")["ms"] < 9000


def test_cut_early_ends_the_connection_before_the_first_word(endpoint_with: Callable[..., str]):
    url = endpoint_with(fail="cut-early") + "/v1/chat/completions"

    with (
        httpx.stream("POST", url, json={**QUESTION, "stream": True}, timeout=60) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        assert list(answer.iter_raw()) == []


@pytest.mark.parametrize(
    ("fail", "kind", "start"),
    [
        ("garbage", "application/json", "<html>"),
        ("html", "text/html", "<!doctype html>"),
        ("empty", "application/json", ""),
        ("error-event", "text/event-stream", 'data: {"error"'),
    ],
)
def test_nonsense_comes_with_status_200(endpoint_with: Callable[..., str], fail: str, kind: str, start: str):
    answer = httpx.post(endpoint_with(fail=fail) + "/v1/chat/completions", json=QUESTION, timeout=60)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.text[: len(start) or None] == start
