"""What Prometheus is told of the requests at the door.

Every label has few values: paths, statuses and error codes are our own, and a model's name is one that LiteLLM has
answered with, never one that somebody merely asked for.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

MOST_MODELS = 500
OTHER = "other"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Meters:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._models: set[str] = set()
        self._requests = Counter(
            "portal_api_requests",
            "Requests to the OpenAI-compatible API; status 499 is a client that left",
            ["route", "model", "status"],
            registry=registry,
        )
        self._errors = Counter("portal_api_errors", "Errors as clients saw them", ["code"], registry=registry)
        self._first_byte = Histogram(
            "portal_api_first_byte_seconds",
            "Time to the first byte of an answer that was no error",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self._duration = Histogram(
            "portal_api_duration_seconds", "Time to the last byte", ["route"], buckets=SECONDS, registry=registry
        )
        self._bytes = Counter("portal_api_bytes", "Bytes of bodies", ["direction"], registry=registry)
        self._sent, self._received = self._bytes.labels("sent"), self._bytes.labels("received")
        self.open_requests = Gauge("portal_api_requests_in_flight", "Requests at the door", registry=registry)
        self.open_streams = Gauge("portal_api_streams_in_flight", "Answers that are streaming", registry=registry)

    def count(
        self,
        *,
        route: str,
        model: str,
        status: int,
        error: str | None,
        first_byte_ms: float | None,
        total_ms: float,
        sent: int,
        received: int,
    ) -> None:
        self._requests.labels(route, self._known(model), status).inc()
        self._duration.labels(route).observe(total_ms / 1000)
        if error:
            self._errors.labels(error).inc()
        elif first_byte_ms is not None:
            self._first_byte.labels(route).observe(first_byte_ms / 1000)
        self._sent.inc(sent)
        self._received.inc(received)

    def _known(self, model: str) -> str:
        """A wildcard in the catalogue lets people invent names that LiteLLM accepts."""
        if model not in self._models:
            if len(self._models) >= MOST_MODELS:
                return OTHER
            self._models.add(model)
        return model
