"""Traces of requests through portal, LiteLLM and endpoint, for whoever has an OpenTelemetry collector.

Without one nothing of OpenTelemetry is loaded here and no request takes another way. A span says which route, host and
status, and how long; never a prompt, a key, a query or the text of an error.

No provider is ever made the global one: FastAPI would then write spans of its own, with queries in them.
"""

import os
from collections.abc import Mapping
from typing import Any

import httpx

# https://opentelemetry.io/docs/specs/otel/protocol/exporter/
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SERVICE = "OTEL_SERVICE_NAME"
DISABLED = "OTEL_SDK_DISABLED"


def is_on(environment: Mapping[str, str] = os.environ) -> bool:
    return bool(environment.get(ENDPOINT)) and environment.get(DISABLED, "").lower() != "true"


def traced_gateway(app: Any) -> Any:
    if not is_on():
        return app
    from litellm_config.tracing.gateway import GatewayRequests  # noqa: PLC0415 - only where it is wanted

    return GatewayRequests(app)


def traced_endpoints(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    if not is_on():
        return transport
    from litellm_config.tracing.gateway import endpoint_transport  # noqa: PLC0415 - as above

    return endpoint_transport(transport)
