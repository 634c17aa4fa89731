"""Traces of the portal's requests; see `litellm_config.tracing` for what they tell and what never."""

from collections.abc import Callable
from typing import Protocol

import httpx
from starlette.types import ASGIApp, Scope

from portal.core.settings import Settings

RouteOf = Callable[[Scope], str]


class Tracing(Protocol):
    def requests(self, app: ASGIApp, route_of: RouteOf) -> ASGIApp: ...

    def calls(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Those to LiteLLM."""


class NoTracing:
    def requests(self, app: ASGIApp, route_of: RouteOf) -> ASGIApp:
        del route_of
        return app

    def calls(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return transport


def tracing_of(settings: Settings) -> Tracing:
    if not settings.otel_exporter_otlp_endpoint or settings.otel_sdk_disabled:
        return NoTracing()
    from portal.web.traced import PortalTracing  # noqa: PLC0415 - it loads OpenTelemetry's SDK

    return PortalTracing(settings.otel_service_name or "portal", settings.otel_exporter_otlp_endpoint)
