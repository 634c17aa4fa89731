"""A second LiteLLM beside the platform's, with the same Postgres and Redis and a catalogue of its own.

It is started once for everything that needs it: what is revoked through the first stops working at the second, and
endpoints that answer in every possible way are met through the whole chain.
"""

import asyncio
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import openai
import pytest
import yaml
from balancer import running_balancer
from gateway_process import own_catalogue_afterwards, running_gateway
from key_calls import TERMS, created
from load import running_load
from openai import OpenAI
from people import SomePerson, add_person, sign_in
from portal_server import running_portal, served, wait_for_gateway
from waiting import wait_until

from portal.core.settings import DEFAULT_GATEWAY_CONFIG
from portal.models import Kind

PROMISED_SECONDS = 5
SECONDS_BETWEEN_USES = 0.4
SECRETS = ("sk-endpoint-secret", "vllm-1.internal", "10.9.8.7", "127.0.0.1", "litellm", "LiteLLM", "OpenAIException")
REMARK = "max tokens must be positive; ask vllm-1.internal or http://10.9.8.7:8000/v1 with sk-endpoint-secret"


class Endpoint:
    """An endpoint whose model `status-429` answers with 429, `flaky-503` with 503 at first, `silent` never."""

    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = {}

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return
        if scope["method"] == "GET":
            # A gateway looks whether the endpoint is there.
            await answer(send, 200, {"data": []})
            return
        body = b""
        while (message := await receive()).get("more_body") or message.get("body"):
            body += message["body"]
            if not message["more_body"]:
                break
        model = json.loads(body)["model"]
        times = self.asked.setdefault(model, [])
        times.append(time.monotonic())
        kind, _, status = model.partition("-")
        if kind == "silent":
            await asyncio.sleep(60)
        if kind == "status" or len(times) == 1:
            error = {"message": REMARK, "type": "invalid_request_error", "param": None, "code": None}
            await answer(send, int(status), {"error": error})
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            await answer(send, 200, {"id": "1", "created": 1, "model": model, "choices": [choice], "usage": usage})


async def answer(send, status: int, content: dict) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


# What an endpoint answers, and what the client is told.
STATUSES = {
    400: (400, "invalid_request", openai.BadRequestError),
    401: (502, "upstream_error", openai.InternalServerError),
    403: (502, "upstream_error", openai.InternalServerError),
    404: (502, "upstream_error", openai.InternalServerError),
    408: (504, "upstream_timeout", openai.InternalServerError),
    413: (400, "invalid_request", openai.BadRequestError),
    422: (400, "invalid_request", openai.BadRequestError),
    429: (429, "rate_limit_exceeded", openai.RateLimitError),
    500: (502, "upstream_error", openai.InternalServerError),
    503: (503, "model_unavailable", openai.InternalServerError),
}
MODELS = [*(f"status-{status}" for status in STATUSES), "flaky-429", "flaky-503", "silent-0"]


@dataclass(frozen=True)
class Second:
    url: str
    endpoint: Endpoint
    log: Path
    process: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def second(platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Second]:
    folder = tmp_path_factory.mktemp("second")
    endpoint = Endpoint()
    with served(endpoint) as endpoint_url:
        file = folder / "config.yaml"
        file.write_text(yaml.safe_dump(catalogue(endpoint_url)))
        environment = {
            "DATABASE_URL": platform.database_url,
            "REDIS_URL": platform.redis_url,
            "LITELLM_ADMIN_KEY": platform.admin_key,
            "SAMPLE_ENDPOINT_URL": platform.sample_endpoint_url,
            "PORTAL_GATEWAY_CONFIG": str(file),
            "PORTAL_STOP_DELAY": "PT2S",
        }
        log = folder / "gateway.log"
        with own_catalogue_afterwards(platform), running_gateway(log, **environment) as (process, url):
            yield Second(url, endpoint, log, process)


def catalogue(endpoint_url: str) -> dict:
    """Ours, with models at that endpoint, and without the patience that other tests are about."""
    content = yaml.safe_load(DEFAULT_GATEWAY_CONFIG.read_text())
    for name in MODELS:
        params = {"model": f"openai/{name}", "api_base": f"{endpoint_url}/v1", "api_key": "sk-endpoint-secret"}
        if name.startswith("silent"):
            params |= {"timeout": 1, "stream_timeout": 1}
        content["model_list"].append({"model_name": name, "litellm_params": params})
    content["router_settings"] = {"num_retries": 0, "disable_cooldowns": True}
    return content


@dataclass
class Used:
    """A key in steady use at the second gateway, so that it is always in that one's memory."""

    url: str
    secret: str
    statuses: list[tuple[float, int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        headers = {"authorization": f"Bearer {self.secret}"}
        body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30) as http:
            while not self.ended.wait(SECONDS_BETWEEN_USES):
                begun = time.monotonic()
                self.statuses.append((begun, http.post("/v1/chat/completions", json=body).status_code))

    def has(self, wanted: int) -> bool:
        return any(status == wanted for _, status in self.statuses)

    def is_refused(self) -> bool:
        """For good, as far as five times in a row can tell."""
        return {status for _, status in self.statuses[-5:]} <= {401, 422}

    def last(self, wanted: int) -> float:
        """When the last request was sent that was answered like that."""
        return max(sent for sent, status in self.statuses if status == wanted)


@pytest.fixture(scope="module")
def olga(platform) -> Iterator[SomePerson]:
    with httpx.Client(base_url=platform.portal_url, timeout=30) as client:
        yield sign_in(platform, client, add_person(platform, kind=Kind.LOCAL, is_operator=True))


@pytest.fixture(scope="module")
def endings(platform, second: Second, olga: SomePerson) -> dict[str, tuple[Used, float]]:
    """Every way in which a key ends, all at the same time: its use at the second gateway, and when it was ended."""
    with ThreadPoolExecutor(len(ENDINGS)) as threads:
        people = {
            name: sign_in(
                platform,
                httpx.Client(base_url=platform.portal_url, timeout=30),
                add_person(platform, kind=Kind.LOCAL),
            )
            for name in ENDINGS
        }
        keys = {name: created(person) for name, person in people.items()}
        uses = {name: Used(second.url, key["key"]) for name, key in keys.items()}
        for use in uses.values():
            threads.submit(use.go_on)
        try:
            wait_until(lambda: all(use.has(200) for use in uses.values()))
            ended = {}
            for name, end in ENDINGS.items():
                end(people[name], keys[name], olga)
                ended[name] = time.monotonic()
            deadline = time.monotonic() + PROMISED_SECONDS * 4
            while not all(use.is_refused() for use in uses.values()) and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            for use in uses.values():
                use.ended.set()
    for person in people.values():
        person.client.close()
    return {name: (uses[name], ended[name]) for name in ENDINGS}


def revoke(person: SomePerson, key: dict, _: SomePerson) -> None:
    assert person.client.delete(f"/api/keys/{key['id']}").status_code == 204


def rotate(person: SomePerson, key: dict, _: SomePerson) -> None:
    assert person.client.post(f"/api/keys/{key['id']}/rotate", json={}).status_code == 201


def rotate_with_a_grace(person: SomePerson, key: dict, _: SomePerson) -> None:
    """LiteLLM ends it by itself, a second later."""
    assert person.client.post(f"/api/keys/{key['id']}/rotate", json={"grace_seconds": 1}).status_code == 201


def block_key(_: SomePerson, key: dict, olga: SomePerson) -> None:
    assert olga.client.post(f"/api/operator/keys/{key['id']}/block", json={"reason": "Test"}).status_code == 204


def block_person(person: SomePerson, _: dict, olga: SomePerson) -> None:
    path = f"/api/operator/people/{person.person.id}/block"
    assert olga.client.post(path, json={"reason": "Test"}).status_code == 204


def delete_account(person: SomePerson, _: dict, __: SomePerson) -> None:
    answer = person.client.request("DELETE", "/api/account", json={"confirm": "delete"})
    assert answer.status_code == 204, answer.text


def end_budget(person: SomePerson, _: dict, olga: SomePerson) -> None:
    path = f"/api/operator/people/{person.person.id}/limits"
    answer = olga.client.put(path, json={"budget_usd": "0"})
    assert answer.status_code == 204, answer.text


ENDINGS = {
    function.__name__: function
    for function in (revoke, rotate, rotate_with_a_grace, block_key, block_person, delete_account, end_budget)
}


@pytest.mark.req("G12")
@pytest.mark.parametrize("name", ENDINGS)
def test_key_that_is_in_use_at_one_gateway_ends_when_it_is_ended_at_another(endings, name: str):
    """However it ends, and although the other gateway knows the key by heart."""
    use, ended_at = endings[name]

    assert use.is_refused(), [(round(sent - ended_at, 1), status) for sent, status in use.statuses]
    assert use.last(200) - ended_at < PROMISED_SECONDS
    refused = 422 if name == "end_budget" else 401
    assert Counter(status for _, status in use.statuses).keys() == {200, refused}


@pytest.mark.req("K7", "A2")
def test_requests_of_a_person_count_at_both_gateways_together(platform, second: Second, olga: SomePerson):
    with httpx.Client(base_url=platform.portal_url, timeout=30) as client:
        person = sign_in(platform, client, add_person(platform, kind=Kind.LOCAL))
        address = f"/api/operator/people/{person.person.id}/limits"
        assert olga.client.put(address, json={"requests_per_minute": 4}).status_code == 204
        key = created(person)["key"]
    body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    headers = {"authorization": f"Bearer {key}"}

    statuses = [
        httpx.post(f"{url}/v1/chat/completions", json=body, headers=headers, timeout=60).status_code
        for url in (platform.gateway_url, second.url) * 3
    ]

    assert statuses == [200] * 4 + [429] * 2


@pytest.fixture(scope="module")
def chain(platform, second: Second) -> Iterator[tuple[str, str]]:
    """The public address in front of the second gateway, and a key."""
    with running_portal(platform, litellm_api_endpoint=second.url) as server:
        wait_for_gateway(server.url)
        with httpx.Client(base_url=server.url, timeout=30) as client:
            person = sign_in(platform, client, add_person(platform, kind=Kind.LOCAL))
            key = person.client.post("/api/keys", json=TERMS | {"name": "Chain"}).raise_for_status().json()["key"]
        yield f"{server.url}/api/v1", key


@pytest.fixture
def client(chain: tuple[str, str]) -> Iterator[OpenAI]:
    with OpenAI(base_url=chain[0], api_key=chain[1], max_retries=0) as client:
        yield client


def ask(client: OpenAI, model: str, **options) -> object:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hi"}], **options)


@pytest.mark.req("G10")
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", STATUSES)
def test_answer_of_an_endpoint_becomes_an_error_that_tells_nothing_of_it(client: OpenAI, status: int, *, stream: bool):
    expected_status, code, kind = STATUSES[status]

    with pytest.raises(kind) as error:
        ask(client, f"status-{status}", stream=stream)

    assert (error.value.status_code, error.value.code) == (expected_status, code)
    assert error.value.request_id == error.value.response.headers["x-request-id"]
    assert ("retry-after" in error.value.response.headers) == (expected_status in {429, 503})
    everything = error.value.response.text + str(error.value.response.headers.raw)
    assert [secret for secret in SECRETS if secret in everything] == []


@pytest.mark.req("G10")
@pytest.mark.parametrize("stream", [False, True])
def test_endpoint_that_says_nothing_is_a_timeout(client: OpenAI, *, stream: bool):
    with pytest.raises(openai.InternalServerError) as error:
        ask(client, "silent-0", stream=stream)

    assert (error.value.status_code, error.value.code) == (504, "upstream_timeout")


@pytest.fixture(scope="module")
def asked_again(chain: tuple[str, str]) -> dict[int, object]:
    """What an SDK that asks again is answered, by what it was answered at first. Both at once, because both wait."""
    with OpenAI(base_url=chain[0], api_key=chain[1], max_retries=2) as client, ThreadPoolExecutor(2) as threads:
        asked = {status: threads.submit(ask, client, f"flaky-{status}") for status in (429, 503)}
        return {status: answer.result() for status, answer in asked.items()}


@pytest.mark.req("G1")
@pytest.mark.parametrize("status", [429, 503])
def test_sdk_waits_and_asks_again(asked_again: dict[int, object], second: Second, status: int):
    first, again = second.endpoint.asked[f"flaky-{status}"]
    assert asked_again[status].choices[0].message.content == "Hello"
    assert again - first >= 1


@pytest.mark.req("G13")
def test_usage_of_a_stream_is_logged_under_its_request_and_counted(client: OpenAI, second: Second):
    chunks = ask(client, "sample-chat", stream=True, extra_headers={"x-request-id": "the-stream-of-this-test"})
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    wait_until(lambda: lines_of(second, "gateway.used", "the-stream-of-this-test"))
    (line,) = lines_of(second, "gateway.used", "the-stream-of-this-test")
    assert (line["model"], line["stream"], line["cached"]) == ("sample-chat", True, False)
    assert line["tokens_in"] > 0
    assert line["tokens_out"] > 10
    assert line["spend_usd"] > 0
    assert 0 < line["first_token_ms"] <= line["total_ms"]
    assert line["host"].startswith("127.0.0.1:")
    assert len(line["endpoint"]) > 8
    assert text[:40] not in second.log.read_text()
    metrics = httpx.get(f"{second.url}/metrics", timeout=60).text
    assert 'gateway_tokens_total{direction="out",model="sample-chat"}' in metrics


@pytest.mark.req("G13")
def test_failed_attempt_is_logged_with_its_endpoint_and_without_its_words(client: OpenAI, second: Second):
    with pytest.raises(openai.InternalServerError):
        ask(client, "status-500", extra_headers={"x-request-id": "the-failure-of-this-test"})

    wait_until(lambda: lines_of(second, "gateway.attempt_failed", "the-failure-of-this-test"))
    line = lines_of(second, "gateway.attempt_failed", "the-failure-of-this-test")[0]
    assert (line["model"], line["status"]) == ("status-500", "500")
    assert 'gateway_attempts_total{endpoint="' + line["endpoint"] in httpx.get(f"{second.url}/metrics", timeout=60).text
    assert "sk-endpoint-secret" not in json.dumps(line)


@pytest.mark.req("G13")
def test_metrics_of_a_gateway_are_not_for_visitors_of_a_proxy(second: Second):
    assert httpx.get(f"{second.url}/metrics", headers={"x-forwarded-for": "8.8.8.8"}, timeout=60).status_code == 404


@pytest.mark.req("A2", "A3")
def test_end_of_one_gateway_loses_no_request_and_cuts_no_stream(platform, second: Second, olga: SomePerson):
    """The last test, because the gateway does not come back."""
    with running_balancer("/health/liveliness", "/health/liveliness") as balancer, ExitStack() as stack:
        balancer.ports += [int(url.rpartition(":")[2]) for url in (platform.gateway_url, second.url)]
        wait_until(lambda: balancer.healthy == set(balancer.ports))
        server = stack.enter_context(running_portal(platform, litellm_api_endpoint=balancer.url))
        wait_for_gateway(server.url)
        client = stack.enter_context(httpx.Client(base_url=server.url, timeout=60))
        person = sign_in(platform, client, add_person(platform, kind=Kind.LOCAL))
        enough = {"requests_per_minute": 10_000, "tokens_per_minute": 10_000_000, "parallel_requests": 100}
        olga.client.put(f"/api/operator/people/{person.person.id}/limits", json=enough).raise_for_status()
        key = created(person)["key"]
        with running_load(dict.fromkeys(("web", "chat", "api"), server.url), person, key) as load:
            # Streams of both gateways are under way whenever the end comes.
            wait_until(lambda: load.count("stream"))
            second.process.terminate()
            assert second.process.wait(300) == 0
            after = load.count("stream")
            wait_until(lambda: load.count("stream") > after)

    assert load.failures == []


def lines_of(second: Second, event: str, request_id: str) -> list[dict]:
    lines = [line for line in second.log.read_text().splitlines() if f'"{event}"' in line and request_id in line]
    return [json.loads(line) for line in lines]
