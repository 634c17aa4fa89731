"""One trace from the door to the endpoint, at a collector; and nothing of it where nobody wants one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import yaml
from fakes.otlp_receiver import OtlpReceiver, ReceivedSpan
from portal_server import free_port, running_portal, served, wait_for_gateway
from waiting import wait_until

from portal.core.settings import DEFAULT_GATEWAY_CONFIG

pytestmark = pytest.mark.req("A7")

MODEL, OTHER_MODEL = "traced-model", "traced-and-failing-model"
# Of the endpoint, in the catalogue.
ENDPOINT_KEY = "sk-endpoint-of-the-traces"
START_SECONDS = 600


@dataclass
class Endpoint:
    """Keeps the headers of what it is asked; `failing` answers 503."""

    is_failing: bool = False
    heads: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        asked = json.loads(body) if body else {}
        if scope["method"] == "POST":
            self.heads.append({name.decode(): value.decode() for name, value in scope["headers"]})
        if self.is_failing and asked:
            await answer(send, 503, b'{"error": {"message": "no"}}')
        elif asked.get("stream"):
            await answer(send, 200, events(asked["model"]), kind="text/event-stream")
        else:
            await answer(send, 200, json.dumps(whole(asked.get("model"))).encode())


async def answer(send, status: int, body: bytes, kind: str = "application/json") -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]})
    await send({"type": "http.response.body", "body": body})


def whole(model: str | None) -> dict:
    message = {"role": "assistant", "content": "A secret answer"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": usage}


def events(model: str) -> bytes:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model}
    deltas = [({"role": "assistant", "content": "A secret answer"}, None), ({}, "stop")]
    pieces = [chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]} for delta, end in deltas]
    return "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces).encode() + b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Chain:
    """`url` is the public address; `endpoint` answers and `failing` never does."""

    url: str
    key: str
    gateway_url: str
    redis_url: str
    receiver: OtlpReceiver
    endpoint: Endpoint
    failing: Endpoint

    def ask(self, url: str | None = None, *, model: str = MODEL, stream: bool = False) -> str:
        """The id of the request, which is answered when this returns."""
        request_id = f"trace-{uuid4().hex}"
        question = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "A secret question"}]}
        headers = {
            "authorization": f"Bearer {self.key}",
            "x-request-id": request_id,
            "traceparent": f"00-{'a' * 32}-{'b' * 16}-00",
            "x-traceparent": f"00-{'c' * 32}-{'d' * 16}-01",
        }
        response = httpx.post(f"{url or self.url}/api/v1/chat/completions", json=question, headers=headers, timeout=60)
        assert "A secret answer" in response.raise_for_status().text
        return request_id

    def spans(self, request_id: str) -> list[ReceivedSpan]:
        """All of the request's trace, once the server spans of both have come; they are the last ones to end."""

        def ends() -> list[ReceivedSpan]:
            return [span for span in self.receiver.spans if span.attributes.get("portal.request_id") == request_id]

        wait_until(lambda: {span.service for span in ends()} == {"portal", "gateway"})
        return [span for span in self.receiver.spans if span.trace_id == ends()[0].trace_id]


def entry(name: str, url: str, order: int) -> dict:
    params = {"model": "openai/m", "api_base": f"{url}/v1", "api_key": ENDPOINT_KEY, "order": order}
    return {"model_name": name, "litellm_params": params}


@contextmanager
def running_gateway(platform, folder: Path, redis_url: str, collector: str, *urls: str) -> Iterator[str]:
    """A LiteLLM with a place of its own in Redis, so that the platform's catalogue stays the one that people see."""
    first, second = urls
    catalogue = yaml.safe_load(DEFAULT_GATEWAY_CONFIG.read_text())
    catalogue["model_list"] = [entry(MODEL, first, 1), entry(OTHER_MODEL, second, 1), entry(OTHER_MODEL, first, 2)]
    file, port = folder / "config.yaml", free_port()
    file.write_text(yaml.safe_dump(catalogue))
    environment = {
        **os.environ,
        "DATABASE_URL": platform.database_url,
        "REDIS_URL": redis_url,
        "LITELLM_ADMIN_KEY": platform.admin_key,
        "PORTAL_GATEWAY_PORT": str(port),
        "PORTAL_GATEWAY_CONFIG": str(file),
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
    }
    with (folder / "gateway.log").open("wb") as log:
        command = [sys.executable, "-m", "portal.cli", "gateway"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "gateway.log").read_text()[-3000:]
        try:
            return httpx.get(f"{url}/health/liveliness", timeout=60).is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(answers, seconds=START_SECONDS)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=120)


@pytest.fixture(scope="module")
def chain(platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    receiver, endpoint, failing = OtlpReceiver(), Endpoint(), Endpoint(is_failing=True)
    redis_url = urlsplit(platform.redis_url)._replace(path="/1").geturl()
    folder = tmp_path_factory.mktemp("traced")
    with ExitStack() as stack:
        collector, first, second = (stack.enter_context(served(one)) for one in (receiver, endpoint, failing))
        gateway_url = stack.enter_context(running_gateway(platform, folder, redis_url, collector, first, second))
        admin = {"authorization": f"Bearer {platform.admin_key}"}
        made = httpx.post(f"{gateway_url}/key/generate", json={}, headers=admin, timeout=60).raise_for_status()
        traced = {"redis_url": redis_url, "litellm_api_endpoint": gateway_url}
        server = stack.enter_context(running_portal(platform, **traced, otel_exporter_otlp_endpoint=collector))
        wait_for_gateway(server.url)
        yield Chain(server.url, made.json()["key"], gateway_url, redis_url, receiver, endpoint, failing)


@pytest.mark.parametrize("stream", [False, True])
def test_request_is_one_trace_through_portal_gateway_and_endpoint(chain: Chain, *, stream: bool):
    spans = chain.spans(chain.ask(stream=stream))

    found = {(span.service, span.kind): span for span in spans}
    root, call = found["portal", "server"], found["portal", "client"]
    served_by, attempt = found["gateway", "server"], found["gateway", "client"]
    assert len(spans) == 4
    assert [root.parent_id, call.parent_id, served_by.parent_id, attempt.parent_id] == [
        "",
        root.span_id,
        call.span_id,
        served_by.span_id,
    ]
    assert root.name == "POST /api/v1/chat/completions"
    assert served_by.attributes["http.route"] == "/v1/chat/completions"
    assert {span.attributes["http.response.status_code"] for span in spans} == {200}
    assert chain.endpoint.heads[-1]["traceparent"].startswith(f"00-{root.trace_id}-{attempt.span_id}-")
    assert "x-traceparent" not in chain.endpoint.heads[-1]


def test_each_endpoint_that_was_tried_has_a_span(chain: Chain):
    spans = chain.spans(chain.ask(model=OTHER_MODEL))

    attempts = [span for span in spans if (span.service, span.kind) == ("gateway", "client")]
    statuses = [(span.attributes["http.response.status_code"], span.is_error) for span in attempts]
    assert statuses == [(503, True), (200, False)]
    assert len({span.parent_id for span in attempts}) == 1
    assert len(chain.failing.heads) == 1


def test_pages_are_traced_by_their_route(chain: Chain):
    request_id = f"page-{uuid4().hex}"
    httpx.get(f"{chain.url}/models/{uuid4()}?q=secret", headers={"x-request-id": request_id}, timeout=60)

    def found() -> list[ReceivedSpan]:
        return [span for span in chain.receiver.spans if span.attributes.get("portal.request_id") == request_id]

    wait_until(found)
    assert [span.name for span in found()] == ["GET /models/{model_id}"]


def test_spans_tell_neither_words_nor_secrets(chain: Chain, platform):
    chain.spans(chain.ask())
    chain.spans(chain.ask(stream=True))

    told = b"".join(chain.receiver.bodies)
    never = ("secret", chain.key, ENDPOINT_KEY, platform.admin_key, "postgresql://", "redis://", "a" * 32, "c" * 32)
    assert len(told) > 1000
    assert [word for word in never if word.encode() in told] == []


def test_nothing_is_traced_where_it_is_off(chain: Chain, platform):
    """The gateway begins a trace of its own then; the portal neither sends a span nor passes on a stranger's."""
    with running_portal(
        platform,
        redis_url=chain.redis_url,
        litellm_api_endpoint=chain.gateway_url,
        otel_exporter_otlp_endpoint="http://127.0.0.1:9",
        otel_sdk_disabled=True,
    ) as server:
        wait_for_gateway(server.url)
        request_id = chain.ask(server.url)
        own = [span for span in chain.receiver.spans if span.service == "portal"]

        def of_gateway() -> list[ReceivedSpan]:
            spans = chain.receiver.spans
            return [span for span in spans if span.attributes.get("portal.request_id") == request_id]

        wait_until(of_gateway)
    assert [(span.service, span.parent_id) for span in of_gateway()] == [("gateway", "")]
    assert request_id not in {span.attributes.get("portal.request_id") for span in own}


def test_traces_cost_nothing_where_they_are_off():
    """No object stands in the way of a call, and nothing of OpenTelemetry is loaded for it."""
    program = (
        "import sys\n"
        "from litellm_config.tracing import traced_endpoints, traced_gateway\n"
        "from portal.core.settings import Settings\n"
        "from portal.web.tracing import tracing_of\n"
        "off = tracing_of(Settings(database_url='postgresql://x', redis_url='redis://x', litellm_admin_key='x'))\n"
        "app, transport = object(), object()\n"
        "assert traced_gateway(app) is app and traced_endpoints(transport) is transport\n"
        "assert off.requests(app, str) is app and off.calls(transport) is transport\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
