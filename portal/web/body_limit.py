"""No form or JSON document of ours is large; a larger body is refused before it is read into memory."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.errors import BodyTooLarge
from portal.web.error_pages import ErrorPages


class BodyLimit:
    """Reads the body first, which makes the answer certain, also for a client that declares no length."""

    def __init__(self, app: ASGIApp, errors: ErrorPages, max_bytes: int) -> None:
        self._app = app
        self._errors = errors
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        chunks: list[Message] = []
        size = 0
        while True:
            message = await receive()
            chunks.append(message)
            size += len(message.get("body", b""))
            if size > self._max_bytes:
                error = BodyTooLarge(f"Please send at most {self._max_bytes // 1024} KiB.")
                await self._errors.answer(Request(scope), error)(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        waiting = iter(chunks)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)
