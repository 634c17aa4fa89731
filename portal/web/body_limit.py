"""No form or JSON document of ours is large, but for what the chat is told; larger ones are not even read."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.errors import BodyTooLarge
from portal.web.error_pages import ErrorPages


class BodyLimit:
    """Reads the body first, which makes the answer certain, also for a client that declares no length."""

    def __init__(self, app: ASGIApp, errors: ErrorPages, max_bytes: int, others: Mapping[str, int]) -> None:
        """`others`: the limits of what lies at or under a path."""
        self._app = app
        self._errors = errors
        self._max_bytes = max_bytes
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        max_bytes = self._limit(scope["path"])
        chunks: list[Message] = []
        size = 0
        while True:
            message = await receive()
            chunks.append(message)
            size += len(message.get("body", b""))
            if size > max_bytes:
                error = BodyTooLarge(f"Please send at most {max_bytes // 1024} KiB.")
                await self._errors.answer(Request(scope), error)(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        waiting = iter(chunks)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)

    def _limit(self, path: str) -> int:
        own = (limit for start, limit in self._others.items() if path == start or path.startswith(f"{start}/"))
        return next(own, self._max_bytes)
