"""One socket of the chat: lets a person in, reads their frames, and sends them what their turns tell.

A turn does not depend on it: whoever comes back follows it again, here or on another instance.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from portal.accounts.tokens import TokenRefused
from portal.chat.callers import Caller, Callers
from portal.chat.limits import ChatLimits
from portal.chat.presence import Presence
from portal.chat.protocol import CLIENT_FRAME, Auth, Error, Ping, Pong, Ready, Resume, Send, Stop
from portal.chat.refusals import BadFrame
from portal.chat.turns import Turns
from portal.core.errors import LimitReached, PortalError, SignInNeeded, Unavailable
from portal.core.logs import get_logger
from portal.web.error_pages import bad_input

log = get_logger()

SECONDS_TO_AUTH = 10.0
# So late the end of a session is noticed at most.
SECONDS_BETWEEN_CHECKS = 30.0
MOST_BAD_FRAMES = 5
# Turns that one socket follows, and frames of it that are carried out.
MOST_AT_ONCE = 64

RECONNECT = (4000, "reconnect")
BAD_FRAME = (4400, "bad_frame")
TOKEN = (4401, "token")
ORIGIN = (4403, "origin")
NO_AUTH = (4408, "no auth in time")
TOO_MANY_SOCKETS = (4409, "too many sockets")
FLOOD = (4429, "flood")


class Closed(Exception):
    """The socket ends here, with this code and reason."""

    def __init__(self, ending: tuple[int, str]) -> None:
        super().__init__(ending[1])
        self.code, self.reason = ending


class ChatSocket:
    def __init__(
        self, websocket: WebSocket, *, turns: Turns, callers: Callers, presence: Presence, limits: ChatLimits
    ) -> None:
        self._websocket = websocket
        self._turns = turns
        self._callers = callers
        self._presence = presence
        self._limits = limits
        self._request_id: str = websocket.state.request_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._bad_frames = 0
        self._second, self._in_second = 0, 0

    async def serve(self, *, is_ours: bool) -> None:
        """`is_ours`: whether the page that opened it is one of ours."""
        await self._websocket.accept()
        try:
            await self._serve(is_ours=is_ours)
        except Closed as end:
            await self._close(end)
        except WebSocketDisconnect:
            pass
        finally:
            for task in self._tasks:
                task.cancel()

    async def _serve(self, *, is_ours: bool) -> None:
        if not is_ours:
            raise Closed(ORIGIN)
        caller = await self._let_in()
        with self._presence.of(caller.person_id, self._limits.sockets_per_person) as is_welcome:
            if not is_welcome:
                raise Closed(TOO_MANY_SOCKETS)
            await self._tell(Ready(limits=self._limits.told()))
            await self._listen(caller)

    async def _let_in(self) -> Caller:
        try:
            async with asyncio.timeout(SECONDS_TO_AUTH):
                text = await self._text()
        except TimeoutError:
            raise Closed(NO_AUTH) from None
        try:
            frame = CLIENT_FRAME.validate_json(text)
        except ValidationError:
            raise Closed(BAD_FRAME) from None
        if not isinstance(frame, Auth):
            raise Closed(TOKEN)
        try:
            return await self._callers.let_in(frame.token)
        except TokenRefused:
            raise Closed(TOKEN) from None
        except Unavailable as error:
            await self._tell(refusal(error))
            raise Closed(RECONNECT) from error

    async def _listen(self, caller: Caller) -> None:
        """Until the socket has lived long enough, its session ends, or its other end goes."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._limits.socket_life.total_seconds()
        check_at = loop.time() + SECONDS_BETWEEN_CHECKS
        while loop.time() < ends_at:
            try:
                async with asyncio.timeout_at(min(check_at, ends_at)):
                    text = await self._text()
            except TimeoutError:
                await self._check(caller)
                check_at = loop.time() + SECONDS_BETWEEN_CHECKS
            else:
                self._count_frame()
                await self._hear(caller, text)
        raise Closed(RECONNECT)

    async def _check(self, caller: Caller) -> None:
        """While nobody can be asked, who is in stays in."""
        try:
            if not await self._callers.may_stay(caller):
                raise Closed(TOKEN)
        except Unavailable as error:
            log.warning("chat.session_not_checked", service=error.service)

    def _count_frame(self) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        if self._in_second > self._limits.frames_per_second:
            raise Closed(FLOOD)

    async def _hear(self, caller: Caller, text: str) -> None:
        try:
            frame = CLIENT_FRAME.validate_json(text)
        except ValidationError as error:
            await self._tell(refusal(_bad_frame(error)))
            self._bad_frames += 1
            if self._bad_frames >= MOST_BAD_FRAMES:
                raise Closed(BAD_FRAME) from None
            return
        match frame:
            case Ping():
                await self._tell(Pong())
            case Send():
                self._begin(self._ask(caller, frame), ref=frame.ref)
            case Resume():
                self._begin(self._follow(caller, frame), turn=frame.turn)
            case Stop():
                self._begin(self._turns.stop(caller.person_id, frame.turn, frame.lane), turn=frame.turn)
            case Auth():
                await self._tell(refusal(BadFrame("You are signed in already.")))

    async def _ask(self, caller: Caller, frame: Send) -> None:
        turn = await self._turns.start(caller.person_id, frame, self._request_id)
        await self._pass_on(turn.frames.follow(after=0))

    async def _follow(self, caller: Caller, frame: Resume) -> None:
        await self._pass_on(await self._turns.follow(caller.person_id, frame.turn, frame.after))

    async def _pass_on(self, frames: AsyncIterator[str]) -> None:
        async for frame in frames:
            await self._websocket.send_text(frame)

    def _begin(self, work: Coroutine[Any, Any, None], **about: Any) -> None:
        """Beside the others: no frame waits for what another one asked for."""
        if len(self._tasks) >= MOST_AT_ONCE:
            work.close()
            raise Closed(FLOOD)
        task = asyncio.create_task(self._refused_or_done(work, about))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refused_or_done(self, work: Coroutine[Any, Any, None], about: dict[str, Any]) -> None:
        try:
            await work
        except PortalError as error:
            await self._tell_if_there(refusal(error, **about))
        except WebSocketDisconnect:
            # Whoever listens finds out by themselves.
            pass
        except Exception:
            log.exception("chat.frame_failed")
            await self._tell_if_there(
                refusal(PortalError("Something went wrong on our side. Please try again."), **about)
            )

    async def _text(self) -> str:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        # Bytes are no frame of ours, and neither is what they say.
        return message.get("text") or ""

    async def _tell(self, frame: Ready | Pong | Error) -> None:
        await self._websocket.send_text(frame.model_dump_json())

    async def _tell_if_there(self, frame: Error) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._tell(frame)

    async def _close(self, end: Closed) -> None:
        log.info("chat.socket_closed", code=end.code)
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(end.code, end.reason)


def refusal(error: PortalError, **about: Any) -> Error:
    """`about`: the `ref` or the `turn` that it belongs to."""
    retryable = isinstance(error, Unavailable | LimitReached)
    return Error(code=_code(error), text=error.message, retryable=retryable, retry_after=error.retry_after, **about)


def _code(error: PortalError) -> str:
    if isinstance(error, SignInNeeded):
        return "not_signed_in"
    return "unavailable" if isinstance(error, Unavailable) else error.code


def _bad_frame(error: ValidationError) -> BadFrame:
    """Names the field, after the type of the frame, which pydantic puts before it."""
    errors = [{**one, "loc": one["loc"][1:]} for one in error.errors(include_url=False, include_input=False)]
    said = bad_input(errors)
    return BadFrame(said.message, fields=said.fields)
