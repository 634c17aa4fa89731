"""What Prometheus is told of pages, JSON and files. The door to the API and the chat tell of themselves.

A request is known by its route, never by its path, so that nobody outside can make up a label.
"""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Scope

CLIENT_GONE = 499
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
NO_ROUTE = "none"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class WebMeters:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "portal_web_requests",
            "Requests for pages, JSON and files; status 499 is a client that left",
            ["method", "route", "status"],
            registry=registry,
        )
        self._duration = Histogram(
            "portal_web_duration_seconds", "Time to the last byte", ["route"], buckets=SECONDS, registry=registry
        )

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._requests.labels(method, route, int(status) or CLIENT_GONE).inc()
        self._duration.labels(route).observe(seconds)


def route_of(scope: Scope) -> str:
    """The template that the router has found, such as `/api/keys/{key_id}`; known once the request was routed."""
    route: Any = scope.get("route")
    path = getattr(route, "path_format", None)
    if path is None:
        path = "/static" if scope.get("path", "").startswith("/static/") else NO_ROUTE
    return str(path)
