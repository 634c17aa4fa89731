"""`WS /api/chat`, and the same turns as server-sent events for clients without sockets."""

from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocket

from portal.accounts.people import Owner
from portal.chat.callers import Callers
from portal.chat.limits import ChatLimits
from portal.chat.presence import Presence
from portal.chat.protocol import Send
from portal.chat.socket import ChatSocket
from portal.chat.turns import Turns

# Proxies in front of us, nginx for one, would hold a stream back until it has a buffer full.
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class StopTurn(BaseModel):
    """Without a lane the whole turn."""

    model_config = ConfigDict(extra="forbid")

    lane: int | None = None


class ChatRoutes:
    """`base_url_of`: the address people reach us by."""

    def __init__(
        self,
        *,
        turns: Turns,
        callers: Callers,
        presence: Presence,
        limits: ChatLimits,
        base_url_of: Callable[[HTTPConnection], str],
    ) -> None:
        self._turns = turns
        self._callers = callers
        self._presence = presence
        self._limits = limits
        self._base_url_of = base_url_of

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/chat", tags=["chat"])
        router.add_api_websocket_route("", self.socket)
        add = router.add_api_route
        add("", self.stream, methods=["POST"], response_class=StreamingResponse)
        add("/turns/{turn}/stop", self.stop, methods=["POST"], status_code=HTTPStatus.NO_CONTENT)
        return router

    async def socket(self, websocket: WebSocket) -> None:
        socket = ChatSocket(
            websocket, turns=self._turns, callers=self._callers, presence=self._presence, limits=self._limits
        )
        await socket.serve(is_ours=self._is_ours(websocket))

    async def stream(self, frame: Send, request: Request, person: Owner) -> StreamingResponse:
        """The answers as server-sent events, each with a frame as its data, until the last lane has ended.

        Who leaves does not stop them; `POST /api/chat/turns/{turn}/stop` does.
        """
        turn = await self._turns.start(person.id, frame, request.state.request_id)
        return StreamingResponse(_events(turn.frames.follow(after=0)), media_type="text/event-stream", headers=HEADERS)

    async def stop(self, turn: UUID, person: Owner, body: StopTurn | None = None) -> None:
        """Stops an answer, or all answers of the turn; what was written is kept."""
        await self._turns.stop(person.id, turn, body.lane if body else None)

    def _is_ours(self, websocket: WebSocket) -> bool:
        """Programs say nothing, and have to bring a token all the same."""
        origin = websocket.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == urlsplit(self._base_url_of(websocket)).netloc


async def _events(frames: AsyncIterator[str]) -> AsyncIterator[str]:
    async for frame in frames:
        yield f"data: {frame}\n\n"
