"""One request at the door: what was sent to the client so far, and the line for the log."""

import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from portal.gateway.errors import ApiError
from portal.gateway.presence import Send

CLIENT_GONE = 499

log = structlog.get_logger()


class Exchange:
    def __init__(self, scope: Mapping[str, Any], send: Send) -> None:
        self._send = send
        self._method = scope["method"]
        self._started_at = time.perf_counter()
        self._first_byte_ms: float | None = None
        self._bytes = 0
        self._status = CLIENT_GONE
        self.path = "unknown"
        self.error: str | None = None
        self.request_id: str = scope.get("state", {}).get("request_id") or uuid.uuid4().hex

    @property
    def has_begun(self) -> bool:
        return self._first_byte_ms is not None

    async def begin(self, status: int, headers: Iterable[tuple[bytes, bytes]], length: int | None = None) -> None:
        self._status = status
        self._first_byte_ms = self._elapsed_ms()
        all_headers = [*headers, (b"x-request-id", self.request_id.encode("latin-1"))]
        if length is not None:
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
        log.info(
            "gateway.relayed",
            method=self._method,
            path=self.path,
            status=self._status,
            error=self.error,
            first_byte_ms=self._first_byte_ms,
            total_ms=self._elapsed_ms(),
            bytes=self._bytes,
            request_id=self.request_id,
        )

    def _elapsed_ms(self) -> float:
        return round((time.perf_counter() - self._started_at) * 1000, 1)
