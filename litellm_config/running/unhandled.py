"""The outermost layer of a worker's application: no exception gets past it to the server.

The server closes the connection of a request whose application raises, also when its answer is complete, as Starlette's
is: that one raises again what it has answered with 500. Who has kept that connection loses another person's request.
"""

import json
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from litellm_config.worker_log import write_fault

App = Callable[[Any, Any, Any], Awaitable[None]]

MESSAGE = "The request failed inside the gateway. Try again; if it fails again, tell whoever runs this platform."
BODY = json.dumps(
    {"error": {"message": MESSAGE, "type": "server_error", "param": None, "code": "internal_error"}}
).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]
FRAMES = 4


def without_exceptions(app: App) -> App:
    """A request whose answer has begun breaks off: the server closes what an application leaves without an end."""

    async def answering(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: dict[str, Any]) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001 - it is what this is for
            request_id = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
            write_fault("gateway.unhandled", error, path=scope["path"], where=_where(error), request_id=request_id)
            if not has_begun:
                await send({"type": "http.response.start", "status": 500, "headers": HEADERS})
                await send({"type": "http.response.body", "body": BODY})

    return answering


def _where(error: Exception) -> list[str]:
    """Without the text of the error, and without values."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
