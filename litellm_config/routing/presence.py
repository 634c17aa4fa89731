"""A client that leaves is noticed while LiteLLM waits for an endpoint, and the endpoint is let go of.

LiteLLM 1.106 looks after its clients once it streams to them. Before that it waits for the endpoint, or for the next
try, until the end, for nobody. An attempt that is given up ends as an error, so that all that LiteLLM counts for a
request, such as a slot of a limit, is given back as after any other error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class ClientLeft(Exception):
    status_code = 499


class Presence:
    """Of the client of one request."""

    def __init__(self) -> None:
        self._has_left = False
        self._attempt: asyncio.Task[Any] | None = None

    def leave(self) -> None:
        self._has_left = True
        if self._attempt:
            self._attempt.cancel()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Raises `ClientLeft` when, or as soon as, there is nobody to do it for."""
        if self._has_left:
            raise ClientLeft
        task = self._attempt = asyncio.current_task()
        try:
            yield
        except asyncio.CancelledError as error:
            if not (self._has_left and task):
                raise
            task.uncancel()
            raise ClientLeft from error
        finally:
            self._attempt = None


# By the id of the call. A context variable would do as well, if CPython did not crash over them now and then:
# https://github.com/python/cpython/issues/148891
_PRESENT: dict[str, Presence] = {}
CALL_ID = b"x-litellm-call-id"


def presence_of(call_id: object) -> Presence:
    """Of a call that nobody watches: one that never leaves."""
    return _PRESENT.get(str(call_id)) or Presence()


class WatchPresence:
    """An ASGI application around LiteLLM's: nothing follows the body of a request but the departure of the client."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Any) -> None:
        call_id = dict(scope.get("headers", ())).get(CALL_ID, b"").decode("latin-1")
        if scope["type"] != "http" or not call_id:
            await self._app(scope, receive, send)
            return
        presence = _PRESENT[call_id] = Presence()
        leaving: asyncio.Task[Message] | None = None

        async def departure() -> Message:
            message = await receive()
            presence.leave()
            return message

        async def receive_and_watch() -> Message:
            nonlocal leaving
            if leaving:
                return await asyncio.shield(leaving)
            message = await receive()
            if not message.get("more_body"):
                leaving = asyncio.ensure_future(departure())
            return message

        try:
            await self._app(scope, receive_and_watch, send)
        finally:
            _PRESENT.pop(call_id, None)
            if leaving:
                leaving.cancel()
