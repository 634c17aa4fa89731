"""`/metrics` for Prometheus; to whom it is not meant, it does not exist."""

from typing import get_args

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from litellm_config.metrics_access import may_read_metrics
from portal.clients.gateway_status import GatewayState, GatewayStatus
from portal.core.errors import NotFound
from portal.core.logs import counted_events
from portal.core.settings import Settings


def process_registry(gateway: GatewayStatus) -> CollectorRegistry:
    """What is known of this process; each part adds its own."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(counted_events)
    state = Gauge("portal_gateway_state", "1 for the state that LiteLLM is in", ["state"], registry=registry)

    def follow(name: GatewayState) -> None:
        state.labels(name).set_function(lambda: float(gateway.state == name))

    for name in get_args(GatewayState):
        follow(name)
    return registry


class MetricsRoutes:
    def __init__(self, settings: Settings, registry: CollectorRegistry) -> None:
        self._token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        self._registry = registry

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/metrics", self.metrics, methods=["GET"], include_in_schema=False)
        return router

    async def metrics(self, request: Request) -> Response:
        if not may_read_metrics(request.scope, self._token):
            raise NotFound("There is nothing at this address.")
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
