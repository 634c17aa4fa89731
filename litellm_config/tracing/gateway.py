"""The spans of a gateway: one for each request, and below it one for each endpoint that was tried.

LiteLLM's own callback `otel` is not used: it writes what people ask and get unless told not to, and knows
nothing of the attempts that our router makes.
"""

import asyncio
import os
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import httpx
from opentelemetry.context import Context

from litellm_config.metrics import OTHER, PATHS
from litellm_config.tracing import ENDPOINT, SERVICE
from litellm_config.tracing.provider import Tracing, start_tracing
from litellm_config.tracing.spans import begin_request, end_request, fail, parent_in, traceparent_of
from litellm_config.tracing.transport import TracedTransport

# LiteLLM passes headers of this kind on to the endpoint, whatever happens in between.
CARRIER = "x-traceparent"
QUIET = ("/health", "/metrics")


@cache
def tracing() -> Tracing:
    """Of this worker; first asked for after the fork."""
    return start_tracing(os.environ.get(SERVICE) or "gateway", os.environ[ENDPOINT])


class GatewayRequests:
    """An ASGI application around LiteLLM's. Whoever reaches a gateway is a portal, whose trace goes on."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, flushing(send))
        elif scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self._app(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _request(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        span = begin_request(tracing().tracer, scope, parent_in(headers.get("traceparent")))
        carried = [header for header in scope["headers"] if header[0] != CARRIER.encode()]
        carried.append((CARRIER.encode(), traceparent_of(span).encode()))
        status = 0

        async def send_and_note(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app({**scope, "headers": carried}, receive, send_and_note)
        except BaseException as error:
            fail(span, error)
            raise
        finally:
            route = scope["path"] if scope["path"] in PATHS else OTHER
            end_request(span, scope, route=route, status=status, request_id=headers.get("x-request-id", ""))


def flushing(send: Any) -> Any:
    """What is left is sent before the application is told to have ended."""

    async def send_after_flush(message: MutableMapping[str, Any]) -> None:
        if message["type"].startswith("lifespan.shutdown"):
            await asyncio.to_thread(tracing().close)
        await send(message)

    return send_after_flush


def endpoint_transport(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    return TracedTransport(transport, tracing().tracer, peer="endpoint", parent_of=carried_parent)


def carried_parent(request: httpx.Request) -> Context:
    return parent_in(request.headers.pop(CARRIER, None))
