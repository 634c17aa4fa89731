"""An OpenTelemetry collector as far as it receives traces: https://opentelemetry.io/docs/specs/otlp/#otlphttp

Binary protobuf by POST to /v1/traces, compressed or not; the answer is an empty `ExportTraceServiceResponse`.
"""

import gzip
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from starlette.requests import Request
from starlette.responses import Response

KIND = "application/x-protobuf"


@dataclass(frozen=True)
class ReceivedSpan:
    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, object]
    is_error: bool


@dataclass
class OtlpReceiver:
    spans: list[ReceivedSpan] = field(default_factory=list)
    # As they came, to look for what must never be in them.
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        request = Request(scope, receive)
        if (request.method, request.url.path, request.headers.get("content-type")) != ("POST", "/v1/traces", KIND):
            await Response(status_code=404)(scope, receive, send)
            return
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.bodies.append(body)
        self._keep(ExportTraceServiceRequest.FromString(body))
        answer = Response(ExportTraceServiceResponse().SerializeToString(), media_type=KIND)
        await answer(scope, receive, send)

    def _keep(self, exported: ExportTraceServiceRequest) -> None:
        for group in exported.resource_spans:
            service = values(group.resource.attributes)["service.name"]
            for scope in group.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        ReceivedSpan(
                            service=str(service),
                            name=span.name,
                            kind=span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                            trace_id=span.trace_id.hex(),
                            span_id=span.span_id.hex(),
                            parent_id=span.parent_span_id.hex(),
                            attributes=values(span.attributes),
                            is_error=span.status.code == span.status.STATUS_CODE_ERROR,
                        )
                    )


def values(attributes: Any) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
