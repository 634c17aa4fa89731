"""A span for each call that goes out, until the last byte of its answer."""

from collections.abc import AsyncIterator, Callable

import httpx
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from litellm_config.tracing.spans import TRACEPARENT, fail, traceparent_of

CLIENT_ERROR = 400


class TracedTransport(httpx.AsyncBaseTransport):
    """`parent_of` may take a header away that was only meant for it. `peer`: who is called, in one word."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        tracer: Tracer,
        *,
        peer: str,
        parent_of: Callable[[httpx.Request], Context],
    ) -> None:
        self._transport = transport
        self._tracer = tracer
        self._peer = peer
        self._parent_of = parent_of

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        span = self._begin(request)
        request.headers[TRACEPARENT] = traceparent_of(span)
        try:
            response = await self._transport.handle_async_request(request)
        except BaseException as error:
            fail(span, error)
            span.end()
            raise
        span.add_event("answer begun")
        span.set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= CLIENT_ERROR:
            span.set_status(StatusCode.ERROR)
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
        response.stream = TracedStream(response.stream, span)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()

    def _begin(self, request: httpx.Request) -> Span:
        """The host is told, and nothing of the path behind it, where some providers put an account."""
        attributes = {"http.request.method": request.method, "server.address": request.url.host}
        if request.url.port:
            attributes["server.port"] = str(request.url.port)
        name = f"{request.method} {self._peer}"
        return self._tracer.start_span(name, self._parent_of(request), SpanKind.CLIENT, attributes)


class TracedStream(httpx.AsyncByteStream):
    def __init__(self, source: httpx.AsyncByteStream, span: Span) -> None:
        self._source = source
        self._span = span

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._source:
                yield chunk
        except BaseException as error:
            fail(self._span, error)
            raise

    async def aclose(self) -> None:
        try:
            await self._source.aclose()
        finally:
            self._span.end()
