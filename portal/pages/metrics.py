"""`/metrics` for Prometheus; to whom it is not meant, it does not exist."""

from importlib.metadata import version
from platform import python_version
from typing import get_args

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from litellm_config.metrics_access import may_read_metrics
from portal.clients.gateway_status import GatewayState, GatewayStatus
from portal.core.database import Database
from portal.core.errors import NotFound
from portal.core.logs import counted_events
from portal.core.settings import Settings
from portal.pages.figures import Figures

DISTRIBUTION = "akashchat-portal"


def process_registry(gateway: GatewayStatus, database: Database) -> CollectorRegistry:
    """What is known of this process; each part adds its own."""
    # Twice as many series, for times that Prometheus has no use for.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(counted_events)
    build = {"version": version(DISTRIBUTION), "python": python_version()}
    Info("portal_build", "What runs here", registry=registry).info(build)
    state = Gauge("portal_gateway_state", "1 for the state that LiteLLM is in", ["state"], registry=registry)

    def follow(name: GatewayState) -> None:
        state.labels(name).set_function(lambda: float(gateway.state == name))

    for name in get_args(GatewayState):
        follow(name)
    used = Gauge("portal_database_connections_used", "Connections to Postgres that are at work", registry=registry)
    used.set_function(lambda: database.used)
    most = Gauge("portal_database_connections_limit", "Connections that there may be", registry=registry)
    most.set(database.most_connections)
    waiting = Gauge("portal_database_waiting", "Who waits for a connection to Postgres", registry=registry)
    waiting.set_function(lambda: database.waiting)
    return registry


class MetricsRoutes:
    def __init__(self, settings: Settings, registry: CollectorRegistry, figures: Figures) -> None:
        self._token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
        self._registry = registry
        self._figures = figures

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/metrics", self.metrics, methods=["GET"], include_in_schema=False)
        return router

    async def metrics(self, request: Request) -> Response:
        if not may_read_metrics(request.scope, self._token):
            raise NotFound("There is nothing at this address.")
        await self._figures.look()
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
