"""What model calls use: a line of the log for each, and what Prometheus is told of them on `/metrics`.

LiteLLM alone knows the tokens, of streams too, and which endpoint failed before another one answered.
Neither prompts nor answers nor keys are read here.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import litellm
from litellm.integrations.custom_logger import CustomLogger
from prometheus_client import Counter, Histogram

from litellm_config.metrics_page import MetricsPage
from litellm_config.worker_log import write_line

MOST_MODELS = 500
# The portal's door puts it behind the request's id, so that two requests under one id differ.
CALL_SUFFIX = re.compile(r"-[0-9a-f]{16}$")

# The routes that the portal asks for; the door and the pages have no others.
PATHS = frozenset(
    {
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/audio/transcriptions",
        "/v1/images/generations",
        "/v1/responses",
        "/v1/models",
        "/key/generate",
        "/key/delete",
        "/user/new",
        "/team/member_add",
    }
)
OTHER = "other"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)

# Without a registry: `metrics_page` reads them from the files of all workers.
requests = Counter("gateway_requests", "Requests by path and status", ["path", "status"], registry=None)
duration = Histogram("gateway_duration_seconds", "Time to the last byte", ["path"], buckets=SECONDS, registry=None)
first_token = Histogram(
    "gateway_first_token_seconds", "Time to the first token of a stream", ["model"], buckets=SECONDS, registry=None
)
tokens = Counter("gateway_tokens", "Tokens of answered calls", ["model", "direction"], registry=None)
spend = Counter("gateway_spend_usd", "Price of answered calls", ["model"], registry=None)
calls = Counter(
    "gateway_attempts",
    "Calls of endpoints; the result is answered, cached, or the status of the failure",
    ["model", "endpoint", "result"],
    registry=None,
)


def install(app: Any) -> Any:
    """The application with `/metrics`. The logger hears of calls that have ended, and of nothing else."""
    usage = UsageLogger()
    litellm.logging_callback_manager.add_litellm_async_success_callback(usage)
    litellm.logging_callback_manager.add_litellm_async_failure_callback(usage)
    return MetricsPage(app)


def count_request(path: str, status: int, seconds: float) -> None:
    known_path = path if path in PATHS else OTHER
    requests.labels(known_path, status).inc()
    duration.labels(known_path).observe(seconds)


class UsageLogger(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    """https://docs.litellm.ai/docs/observability/custom_callback#async-callback-functions"""

    async def async_log_success_event(self, kwargs: dict[str, Any], **_: Any) -> None:
        if (call := kwargs.get("standard_logging_object")) and call["model_id"]:
            note_answer(call)

    async def async_log_failure_event(self, kwargs: dict[str, Any], **_: Any) -> None:
        """Of one attempt; another endpoint may have answered. Without an endpoint LiteLLM itself refused."""
        if (call := kwargs.get("standard_logging_object")) and call["model_id"]:
            note_failure(call)


def note_answer(call: dict[str, Any]) -> None:
    """`call`: https://docs.litellm.ai/docs/proxy/logging_spec"""
    model, is_cached = known(call["model_group"]), bool(call["cache_hit"])
    calls.labels(model, call["model_id"], "cached" if is_cached else "answered").inc()
    if not is_cached:
        tokens.labels(model, "in").inc(call["prompt_tokens"])
        tokens.labels(model, "out").inc(call["completion_tokens"])
        spend.labels(model).inc(call["response_cost"] or 0)
        if call["stream"]:
            first_token.labels(model).observe(call["completionStartTime"] - call["startTime"])
    write(
        "gateway.used",
        call,
        stream=bool(call["stream"]),
        cached=is_cached,
        first_token_ms=milliseconds(call["startTime"], call["completionStartTime"]),
        tokens_in=call["prompt_tokens"],
        tokens_out=call["completion_tokens"],
        spend_usd=call["response_cost"],
    )


def note_failure(call: dict[str, Any]) -> None:
    """The text of the error stays out: it is the endpoint's, and may hold anything."""
    error = call["error_information"] or {}
    status = str(error.get("error_code") or "none")
    calls.labels(known(call["model_group"]), call["model_id"], status).inc()
    write("gateway.attempt_failed", call, status=status, error=error.get("error_class"))


def write(event: str, call: dict[str, Any], **fields: Any) -> None:
    line = {
        "request_id": CALL_SUFFIX.sub("", call["litellm_call_id"] or ""),
        "model": call["model_group"],
        "endpoint": call["model_id"],
        "host": urlsplit(call["api_base"] or "").netloc.rpartition("@")[2] or None,
        "total_ms": milliseconds(call["startTime"], call["endTime"]),
        **fields,
    }
    write_line(event, **line)


def milliseconds(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)


_models: set[str] = set()


def known(model: str | None) -> str:
    """A wildcard in the catalogue lets people invent names that LiteLLM accepts."""
    if model is None or (model not in _models and len(_models) >= MOST_MODELS):
        return OTHER
    _models.add(model)
    return model
