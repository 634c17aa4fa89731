"""The ASGI application around LiteLLM's that answers what it can itself."""

import asyncio
import os
from contextlib import suppress
from typing import Any

from litellm_config.express.changes import MANAGEMENT, Changes
from litellm_config.express.desk import Desk
from litellm_config.express.settings import leave_room
from litellm_config.express.trip import Send, Trip
from litellm_config.worker_log import write_fault

PATHS = frozenset({"/v1/chat/completions", "/chat/completions"})


class ExpressLane:
    def __init__(self, app: Any) -> None:
        self._app = app
        self._desk: Desk | None = None
        self._changes: Changes | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, self._closing_at_the_end(receive), send)
        elif scope["type"] != "http" or scope["method"] == "GET":
            await self._app(scope, receive, send)
        elif scope["path"] in PATHS:
            await self._chat(scope, receive, send)
        else:
            await self._other(scope, receive, send)

    async def _chat(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        self._open()
        desk, headers = self._desk, dict(scope["headers"])
        token = desk and desk.known_token(headers)
        if not (desk and token):
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        trip = body and await desk.trip(token, headers, body, send)
        if trip and await _while_present(trip, desk, receive):
            return
        # LiteLLM is to see all that this key has spent.
        await desk.write()
        await self._app(scope, _again(body, receive), send)

    async def _other(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        """A change is told before the answer ends, so that whoever waits for the one need not wait for the other."""
        self._open()
        if not (self._changes and MANAGEMENT.match(scope["path"])):
            await self._app(scope, receive, send)
            return
        changes, body = self._changes, await _whole_body(receive)

        async def send_and_tell(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await changes.tell(scope["path"], body or b"")
            await send(message)

        await self._app(scope, _again(body, receive), send_and_tell)

    def _open(self) -> None:
        """With the first request, when LiteLLM has read its configuration."""
        from litellm.proxy import proxy_server as proxy  # noqa: PLC0415 - filled while LiteLLM starts

        if self._changes or not (proxy.llm_router and proxy.prisma_client):
            return
        self._changes = Changes(os.environ["REDIS_URL"])
        if leave_room(proxy.proxy_config.get_config_state()):
            passes_headers = bool(proxy.general_settings.get("forward_client_headers_to_llm_api"))
            self._desk = Desk(proxy.llm_router, self._changes, passes_headers=passes_headers)

    def _closing_at_the_end(self, receive: Any) -> Any:
        async def receive_and_close() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                if self._desk:
                    await self._desk.close()
                if self._changes:
                    await self._changes.close()
            return message

        return receive_and_close


async def _while_present(trip: Trip, desk: Desk, receive: Any) -> bool:
    """Whether nothing is left to do: the request was answered, or nobody waits for the answer any more."""
    going = asyncio.create_task(trip.go(desk.router, desk.endpoints))
    leaving = asyncio.create_task(receive())
    try:
        await asyncio.wait({going, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if going.done():
            return _result(going, trip)
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        return True
    finally:
        going.cancel()
        leaving.cancel()


def _result(going: asyncio.Task[bool], trip: Trip) -> bool:
    """A mistake made here is nobody else's: LiteLLM answers, and operators read of it."""
    error = going.exception()
    if error is None:
        return going.result()
    if trip.has_begun:
        raise error
    if isinstance(error, Exception):
        write_fault("gateway.express_failed", error)
    return False


async def _whole_body(receive: Any) -> bytes | None:
    """`None` if the client has left."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes | None, receive: Any) -> Any:
    """For LiteLLM: the body, then what comes."""
    left = [{"type": "http.disconnect"} if body is None else {"type": "http.request", "body": body}]

    async def receive_again() -> Any:
        return left.pop() if left else await receive()

    return receive_again
