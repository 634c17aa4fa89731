"""One request at the door: what was sent to the client so far, and what is to be told of it afterwards."""

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from portal.gateway.errors import ApiError
from portal.gateway.meters import Meters
from portal.gateway.presence import Send
from portal.gateway.served import Served

CLIENT_GONE = 499
# Scripts of other sites may call the API: they hold a key, and no cookie of ours has any meaning here.
FOR_EVERY_ORIGIN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
]

log = structlog.get_logger()


class Exchange:
    def __init__(self, scope: Mapping[str, Any], send: Send, meters: Meters) -> None:
        self._send = send
        self._meters = meters
        self._method = scope["method"]
        self._started_at = time.perf_counter()
        self._first_byte_ms: float | None = None
        self._bytes = 0
        self._status = CLIENT_GONE
        self._is_stream = False
        self.path = "unknown"
        self.received = 0
        self.model: str | None = None
        self.error: str | None = None
        self.served = Served()
        self.request_id: str = scope.get("state", {}).get("request_id") or uuid.uuid4().hex
        meters.open_requests.inc()

    @property
    def has_begun(self) -> bool:
        return self._first_byte_ms is not None

    @property
    def is_streaming(self) -> bool:
        return self._is_stream

    async def begin(self, status: int, headers: Iterable[tuple[bytes, bytes]], length: int | None = None) -> None:
        """Without a length it is a stream."""
        self._status = status
        self._first_byte_ms = self._elapsed_ms()
        all_headers = [*headers, *FOR_EVERY_ORIGIN, (b"x-request-id", self.request_id.encode("latin-1"))]
        if length is None:
            self._is_stream = True
            self._meters.open_streams.inc()
        else:
            all_headers.append((b"content-length", str(length).encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": all_headers})

    async def write(self, chunk: bytes) -> None:
        self._bytes += len(chunk)
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self, chunk: bytes = b"") -> None:
        self._bytes += len(chunk)
        await self._send({"type": "http.response.body", "body": chunk})

    async def refuse(self, error: ApiError) -> None:
        self.error = error.code
        body = error.body()
        await self.begin(error.status, [(b"content-type", b"application/json"), *error.headers], length=len(body))
        await self.end(body)

    def client_left(self) -> None:
        self._status = CLIENT_GONE

    def record(self) -> None:
        """One line and one count for each request. What it cost in tokens is known to LiteLLM alone (see
        `litellm_config/metrics.py`), whose line has the same request id."""
        total_ms = self._elapsed_ms()
        self._meters.open_requests.dec()
        if self._is_stream:
            self._meters.open_streams.dec()
        self._meters.count(
            route=self.path,
            model=self.served.model,
            status=self._status,
            error=self.error,
            first_byte_ms=self._first_byte_ms,
            total_ms=total_ms,
            sent=self._bytes,
            received=self.received,
        )
        log.info(
            "gateway.relayed",
            method=self._method,
            path=self.path,
            status=self._status,
            error=self.error,
            model=self.model,
            endpoint=self.served.endpoint,
            host=self.served.host,
            retries=self.served.retries,
            fallbacks=self.served.fallbacks,
            cached=self.served.is_cached,
            first_byte_ms=self._first_byte_ms,
            total_ms=total_ms,
            bytes=self._bytes,
            bytes_received=self.received,
            request_id=self.request_id,
        )

    def _elapsed_ms(self) -> float:
        return round((time.perf_counter() - self._started_at) * 1000, 1)
