"""Where the door hangs.

Starlette's `Mount` would let `/api/v1` itself and paths with a line break fall through to other routes.
"""

from typing import Never

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from portal.gateway.door import Door


class DoorRoute(BaseRoute):
    """Takes every path at and below the prefix, of every method."""

    def __init__(self, prefix: str, door: Door) -> None:
        self._prefix = prefix
        self._door = door

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        root: str = scope.get("root_path", "")
        path: str = scope["path"].removeprefix(root)
        is_below = path == self._prefix or path.startswith(f"{self._prefix}/")
        if scope["type"] not in {"http", "websocket"} or not is_below:
            return Match.NONE, {}
        return Match.FULL, {"root_path": root + self._prefix}

    def url_path_for(self, name: str, /, **path_params: object) -> Never:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._door(scope, receive, send)
