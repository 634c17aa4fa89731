"""One span for each request, and below it one for each call to LiteLLM.

A trace begins here: a `traceparent` of somebody outside would let strangers choose what we record.
Sockets of the chat have no span, because they are open for an hour; each question in one begins a trace of its own.
"""

import asyncio

import httpx
import structlog
from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.trace import format_trace_id, set_span_in_context
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from litellm_config.tracing.provider import start_tracing
from litellm_config.tracing.spans import begin_request, end_request, fail
from litellm_config.tracing.transport import TracedTransport
from portal.web.tracing import RouteOf

QUIET = ("/healthz", "/readyz", "/metrics", "/api/status", "/static/")


class PortalTracing:
    def __init__(self, service: str, collector: str) -> None:
        self._tracing = start_tracing(service, collector)

    def requests(self, app: ASGIApp, route_of: RouteOf) -> ASGIApp:
        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await app(scope, receive, self._flushing(send))
            elif scope["type"] != "http" or scope["path"].startswith(QUIET):
                await app(scope, receive, send)
            else:
                await self._request(app, route_of, scope, receive, send)

        return traced

    def calls(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return TracedTransport(
            transport, self._tracing.tracer, peer="LiteLLM", parent_of=lambda _: context.get_current()
        )

    async def _request(self, app: ASGIApp, route_of: RouteOf, scope: Scope, receive: Receive, send: Send) -> None:
        span = begin_request(self._tracing.tracer, scope, Context())
        trace_id = format_trace_id(span.get_span_context().trace_id)
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = context.attach(set_span_in_context(span))
        try:
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                await app(scope, receive, send_and_note)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            context.detach(token)
            request_id = scope.get("state", {}).get("request_id", "")
            end_request(span, scope, route=route_of(scope), status=status, request_id=request_id)

    def _flushing(self, send: Send) -> Send:
        """What is left is sent before the application is told to have ended."""

        async def send_after_flush(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await asyncio.to_thread(self._tracing.close)
            await send(message)

        return send_after_flush
