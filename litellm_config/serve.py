"""The program of the workers: LiteLLM's ASGI application, without the detours of LiteLLM's own command.

That command runs `prisma migrate diff`, looks for updates and asks the network for a price list; we did the first in
`database.migrate` and want none of the others.
"""

import os
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from litellm_config.late_routes import late_routes
from litellm_config.running.forking import fork_workers
from litellm_config.worker_log import write_line

Scope = dict[str, Any]

# Read by LiteLLM; https://docs.litellm.ai/docs/proxy/config_settings#environment-variables---reference
FIXED = {
    # The OpenAI client's own, at the same endpoint; going on to another one is the router's work.
    "DEFAULT_MAX_RETRIES": "0",
    "DISABLE_SCHEMA_UPDATE": "true",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # What has a native version beside the one in Python would pass by our router, our transports and its own limiter.
    "LITELLM_RUST": "False",
    "LITELLM_TELEMETRY_DISABLED": "True",
    "NO_DOCS": "True",
    "DISABLE_ADMIN_UI": "True",
    "STORE_MODEL_IN_DB": "False",
    "JSON_LOGS": "True",
    # A worker has answered everything before it lets LiteLLM end.
    "GRACEFUL_SHUTDOWN_TIMEOUT": "1",
}


class AccessLog:
    """One JSON line per request with the caller's request id, so that a request can be followed through all hops."""

    def __init__(self, app: Any, count: Callable[[str, int, float], None]) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health"):
            await self._app(scope, receive, send)
            return
        request_id = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        started = time.perf_counter()
        status = 0

        async def send_and_note(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            # The outermost layer answers so.
            status = status or HTTPStatus.INTERNAL_SERVER_ERROR
            raise
        finally:
            seconds = time.perf_counter() - started
            self._count(scope["path"], status, seconds)
            write_line(
                "gateway.answered",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=request_id,
            )


def load() -> Any:
    os.environ.update(FIXED)
    os.environ.setdefault("LITELLM_LOG", "WARNING")
    with late_routes():
        from litellm.proxy.proxy_server import app  # noqa: PLC0415 - it reads the environment while it is imported

    import openai.resources  # noqa: F401, PLC0415 - the first request would load it, in every worker anew

    from litellm_config import metrics, person_limits, routing, tracing  # noqa: PLC0415 - as above
    from litellm_config.express.lane import ExpressLane  # noqa: PLC0415 - as above

    person_limits.install()
    routing.install()
    served = ExpressLane(routing.WatchPresence(app))
    return tracing.traced_gateway(AccessLog(metrics.install(served), metrics.count_request))


if __name__ == "__main__":
    fork_workers(load)
