"""A request id for every request, in the answer and in every log line, and one log line per request."""

import re
import time
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.logs import get_logger
from portal.web.meters import WebMeters

log = get_logger()

# A caller's own id is kept when it can't break a log line or a header.
ACCEPTED_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
QUIET_PATHS = {"/healthz", "/readyz", "/api/status"}


class RequestContext:
    """The outermost layer, in front of pages, JSON, door and sockets alike."""

    def __init__(self, app: ASGIApp, meters: WebMeters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [header for header in message.get("headers", ()) if header[0] != b"x-request-id"]
                message = {**message, "headers": [*headers, (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_id)
            if scope["type"] == "http" and not _is_door(scope["path"]):
                seconds = time.perf_counter() - started
                self._meters.count(scope, status, seconds)
                if not _is_quiet(scope["path"]):
                    _say(scope, status, seconds)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and ACCEPTED_ID.match(value):
            return str(value.decode())
    return uuid4().hex


def _say(scope: Scope, status: int, seconds: float) -> None:
    log.info("web.answered", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def _is_door(path: str) -> bool:
    """It writes a richer line and counts for itself."""
    return path.startswith("/api/v1/")


def _is_quiet(path: str) -> bool:
    # Probes and static files would only bury the others.
    return path in QUIET_PATHS or path.startswith("/static/")
