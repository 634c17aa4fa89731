"""The session cookie, and the dependencies that read it."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from portal.accounts.session import Session, Sessions, SessionsUnavailable

NAME = "portal_session"


class SessionCookie:
    def __init__(self, sessions: Sessions, *, secure: bool, max_age: timedelta) -> None:
        self.sessions = sessions
        self._secure = secure
        self._max_age = max_age

    def set(self, response: Response, token: str) -> None:
        response.set_cookie(
            NAME,
            token,
            max_age=int(self._max_age.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        response.delete_cookie(NAME, httponly=True, secure=self._secure, samesite="lax")

    async def session(self, connection: HTTPConnection) -> Session | None:
        token = connection.cookies.get(NAME)
        return await self.sessions.find(token) if token else None

    async def end(self, connection: HTTPConnection) -> None:
        token = connection.cookies.get(NAME)
        if token:
            await self.sessions.end(token)


async def _current_session(connection: HTTPConnection) -> Session | None:
    cookie: SessionCookie = connection.app.state.session_cookie
    session = await cookie.session(connection)
    connection.state.viewer = session
    return session


CurrentSession = Annotated[Session | None, Depends(_current_session)]


async def _visitor(connection: HTTPConnection) -> Session | None:
    try:
        return await _current_session(connection)
    except SessionsUnavailable:
        return None


# For pages that go on without a session: nobody is known while Redis is away.
Visitor = Annotated[Session | None, Depends(_visitor)]
