"""The spans of a request: what is told of them, on both sides of the wire.

The names are those of https://opentelemetry.io/docs/specs/semconv/http/http-spans/
"""

from collections.abc import Mapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SERVER_ERROR = 500
TRACEPARENT = "traceparent"
W3C = TraceContextTextMapPropagator()


def parent_in(traceparent: str | None) -> Context:
    """Never what happens to be current: without a parent it is a trace of its own."""
    return W3C.extract({TRACEPARENT: traceparent}, Context()) if traceparent else Context()


def traceparent_of(span: Span) -> str:
    carrier: dict[str, str] = {}
    W3C.inject(carrier, set_span_in_context(span, Context()))
    return carrier.get(TRACEPARENT, "")


def begin_request(tracer: Tracer, scope: Mapping[str, Any], parent: Context) -> Span:
    attributes = {"http.request.method": scope["method"], "url.scheme": scope.get("scheme", "http")}
    return tracer.start_span(scope["method"], parent, SpanKind.SERVER, attributes)


def end_request(span: Span, scope: Mapping[str, Any], *, route: str, status: int, request_id: str) -> None:
    """`status` is 0 where nothing was answered, because the client left or something failed."""
    span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.route", route)
    span.set_attribute("portal.request_id", request_id)
    if status:
        span.set_attribute("http.response.status_code", int(status))
    if status >= SERVER_ERROR:
        span.set_status(StatusCode.ERROR)
    span.end()


def fail(span: Span, error: BaseException) -> None:
    """By the name of its kind: its text may hold anything."""
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(StatusCode.ERROR)
