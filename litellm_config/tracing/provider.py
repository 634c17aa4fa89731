"""What carries spans to the collector, in the background. The SDK reads its other variables itself:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from dataclasses import dataclass

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
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


def start_tracing(service: str, collector: str) -> Tracing:
    """`collector`: its address without the path for traces. It starts a thread, so never before a fork."""
    exporter = OTLPSpanExporter(endpoint=f"{collector.rstrip('/')}/v1/traces")
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider.get_tracer("akashchat-portal"), provider)
