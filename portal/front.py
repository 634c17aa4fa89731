"""Which application a path belongs to, the door or the site, and whether this instance serves it at all."""

from collections.abc import Collection
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.core.roles import EVERYWHERE, Role, role_of
from portal.gateway.errors import ApiError
from portal.gateway.routes import template_of
from portal.web.meters import route_of as page_route_of
from portal.web.problem import Problem, problem_json

DOOR = "/api/v1"
# https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request
ELSEWHERE = HTTPStatus.MISDIRECTED_REQUEST
CODE = "served_elsewhere"
MESSAGE = "This instance does not serve this address. Whatever stands in front has to send it to another one."


class Front:
    """The door stands beside the site, not in it: no cookie, form or page of ours has any business there."""

    def __init__(self, *, site: ASGIApp, door: ASGIApp, roles: Collection[Role]) -> None:
        self._site = site
        self._door = door
        self._roles = roles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        role = role_of(path)
        if scope["type"] == "lifespan" or path in EVERYWHERE:
            await self._site(scope, receive, send)
        elif role not in self._roles:
            await _send_away(role, scope, receive, send)
        elif role == "api":
            await self._door({**scope, "root_path": DOOR}, receive, send)
        else:
            await self._site(scope, receive, send)


async def _send_away(role: Role, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await _elsewhere(role)(scope, receive, send)


def _elsewhere(role: Role) -> Response:
    if role == "api":
        return Response(ApiError(ELSEWHERE, CODE, MESSAGE).body(), ELSEWHERE, media_type="application/json")
    return problem_json(Problem(title="Wrong instance", status=ELSEWHERE, detail=MESSAGE, code=CODE))


def route_of(scope: Scope) -> str:
    """The template of the path, never the path; known when the request was answered."""
    path: str = scope["path"]
    return f"{DOOR}{template_of(path.removeprefix(DOOR))}" if path.startswith(f"{DOOR}/") else page_route_of(scope)
