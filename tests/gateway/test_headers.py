import httpx
import pytest

pytestmark = pytest.mark.req("G10")


def asked(upstream) -> dict[str, str]:
    lines = upstream.heads[-1].decode().strip().split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in lines)


def test_only_what_the_upstream_needs_is_passed_on(recorder, recorder_door, http: httpx.Client, upstream_key: str):
    sent = {
        "cookie": "portal_session=secret",
        "x-api-key": "sk-other",
        "x-litellm-api-key": "sk-other",
        "x-litellm-tags": "a",
        "x-stainless-os": "Linux",
        "x-forwarded-for": "1.2.3.4",
        "x-request-id": "chosen-by-the-client",
        "accept-encoding": "gzip",
        "content-type": "application/json",
    }
    answer = http.post(f"{recorder_door}/chat/completions", headers=sent, content=b"{}")

    passed = asked(recorder)
    request_id = answer.headers["x-request-id"]
    assert passed.pop("x-litellm-call-id").startswith(f"{request_id}-")
    assert passed.pop("Host") == recorder.url.removeprefix("http://")
    assert passed == {
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "authorization": f"Bearer {upstream_key}",
        "x-request-id": request_id,
        "Content-Length": "2",
    }


def test_header_of_strange_bytes_is_passed_on_without_them(recorder, recorder_door, http: httpx.Client):
    headers = [(b"accept", "naïve/日本".encode() + b"\xff")]

    answer = http.post(f"{recorder_door}/embeddings", headers=headers, content=b"{}")

    assert answer.status_code == 200
    assert asked(recorder)["accept"] == "naïve/日本"


def test_calls_under_one_request_id_are_two_calls(recorder, recorder_door, http: httpx.Client):
    ids = set()
    for _ in range(2):
        http.post(f"{recorder_door}/embeddings", headers={"x-request-id": "the-same-id"}, content=b"{}")
        ids.add(asked(recorder)["x-litellm-call-id"])

    assert len(ids) == 2


def test_only_what_the_client_needs_comes_back(upstream_saying, door_to, http: httpx.Client):
    private = [
        "x-litellm-model-api-base: http://10.0.0.1",
        "x-litellm-key-spend: 1",
        "llm_provider-x-ratelimit-limit-requests: 9",
        "server: uvicorn",
        "set-cookie: a=b",
        "x-ratelimit-api_key-limit-requests: 3",
        "x-ratelimit-person-limit-max_parallel_requests: 4",
        "x-ratelimit-limit-requests: 10000",  # the endpoint's, of the operator's account there
    ]
    meant = [
        "x-ratelimit-user-limit-requests: 3",
        "X-RateLimit-User-Remaining-Tokens: 99",
        "cache-control: no-cache",
        "retry-after: 7",
    ]
    upstream = upstream_saying(200, b"{}", *private, *meant)

    answer = http.post(f"{door_to(upstream.url)}/embeddings", content=b"{}")

    own = {"date", "server"}  # the public server's, not the upstream's
    assert set(answer.headers) - own == {
        "content-type",
        "content-length",
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-tokens",
        "cache-control",
        "retry-after",
        "x-request-id",
        "access-control-allow-origin",
        "access-control-expose-headers",
    }
    assert (answer.headers["x-ratelimit-limit-requests"], answer.headers["x-ratelimit-remaining-tokens"]) == ("3", "99")


def test_cookie_of_the_upstream_is_not_kept_for_the_next_caller(upstream_saying, door_to, http: httpx.Client):
    upstream = upstream_saying(200, b"{}", "set-cookie: session=alice")
    door = door_to(upstream.url)

    for _ in range(2):
        http.post(f"{door}/embeddings", content=b"{}")

    assert b"alice" not in upstream.heads[1]


@pytest.mark.parametrize("value", [None, "", "Bearer", "Basic abc", "sk-key", "Bearer two words", "Bearer \u00fc"])
def test_request_without_a_key_goes_no_further(recorder, recorder_door, value: str | None):
    recorder.heads.clear()
    headers = {} if value is None else {"authorization": value.encode("latin-1")}

    answer = httpx.post(f"{recorder_door}/chat/completions", headers=headers, json={}, timeout=60)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "missing_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert recorder.heads == []


def test_log_tells_what_happened_and_never_the_key(door: str, http: httpx.Client, relayed, upstream_key: str):
    question = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}]}
    answer = http.post(f"{door}/chat/completions", json=question)

    line = relayed()
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "chat/completions", 200)
    assert line["bytes"] == len(answer.content)
    assert 0 < line["first_byte_ms"] <= line["total_ms"]
    assert upstream_key not in str(line)


def test_path_that_nobody_knows_is_not_logged_as_it_came(door: str, http: httpx.Client, relayed):
    """A key pasted into a URL must not end in a log."""
    http.get(f"{door}/sk-secret")

    assert "sk-secret" not in str(relayed())


@pytest.mark.req("G13")
def test_log_names_the_endpoint_as_its_operator_knows_it(upstream_saying, door_to, http: httpx.Client, relayed):
    told = [
        "x-litellm-model-id: vllm-1",
        "x-litellm-model-api-base: https://name:password@vllm-1.example.com:8443/v1?key=secret",
        "x-litellm-model-group: llama",
        "x-litellm-attempted-retries: 2",
        "x-litellm-attempted-fallbacks: 1",
    ]
    http.post(f"{door_to(upstream_saying(200, b'{}', *told).url)}/embeddings", json={"model": "llama"})

    line = relayed()
    assert (line["model"], line["endpoint"], line["host"]) == ("llama", "vllm-1", "vllm-1.example.com:8443")
    assert (line["retries"], line["fallbacks"], line["cached"]) == (2, 1, False)
    assert line["bytes_received"] > 0
    assert [secret for secret in ("password", "secret", "/v1") if secret in str(line)] == []


@pytest.mark.req("G5", "G13")
@pytest.mark.parametrize("said", ["hit", "miss"])
def test_client_and_log_are_told_whether_the_answer_came_from_the_cache(
    upstream_saying, door_to, http: httpx.Client, relayed, said: str
):
    url = door_to(upstream_saying(200, b"{}", f"x-cache: {said}").url)

    assert http.post(f"{url}/embeddings", json={"model": "llama"}).headers["x-cache"] == said
    assert relayed()["cached"] is (said == "hit")


@pytest.mark.req("G13")
def test_log_of_a_refusal_names_what_was_asked_for_and_no_endpoint(door: str, http: httpx.Client, relayed):
    http.post(f"{door}/chat/completions", json={"model": "nobody", "messages": []})

    line = relayed()
    assert (line["model"], line["endpoint"], line["error"]) == ("nobody", None, "model_not_found")
