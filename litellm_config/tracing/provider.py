"""What carries spans to the collector, in the background. The variables are read by the SDK itself:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import os
from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer

# A collector that is away must not hold up the end of a process.
FLUSH_MILLISECONDS = 2000


@dataclass(frozen=True)
class Tracing:
    tracer: Tracer
    provider: TracerProvider

    def close(self) -> None:
        """Blocks for a moment, until what is left has been sent."""
        self.provider.force_flush(FLUSH_MILLISECONDS)
        self.provider.shutdown()


def start_tracing(service: str) -> Tracing:
    """`service`: the name where `OTEL_SERVICE_NAME` gives none. It starts a thread, so never before a fork."""
    given = OTELResourceDetector().detect().attributes
    name = os.environ.get("OTEL_SERVICE_NAME") or given.get(SERVICE_NAME) or service
    resource = Resource.create({SERVICE_NAME: name})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Tracing(provider.get_tracer("akashchat-portal"), provider)
