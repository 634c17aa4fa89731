"""The session of a request, by its cookie or, where programs may come, by an access token; and the dependencies."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from portal.accounts.session import Session, Sessions, SessionsUnavailable
from portal.accounts.tokens import Tokens
from portal.core.crypto import new_session_token

NAME = "portal_session"
# Tells tabs of one browser from tabs of several while there is no session. It opens nothing, and goes with the browser.
BROWSER_NAME = "portal_browser"
# Where `Authorization: Bearer` may stand in place of the cookie. A key of the API is no access token.
TOKEN_PATHS = ("/api/account", "/api/keys", "/api/chat", "/api/conversations", "/api/folders", "/api/prompts")


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
        for name in (NAME, BROWSER_NAME):
            response.delete_cookie(name, httponly=True, secure=self._secure, samesite="lax")

    def browser(self, connection: HTTPConnection) -> str | None:
        """`None` for who never saw a page of ours, such as a program."""
        return connection.cookies.get(BROWSER_NAME)

    def know_browser(self, connection: HTTPConnection, response: Response) -> None:
        """For pages with a form by which somebody without a session comes to one."""
        if self.browser(connection) is None:
            token = new_session_token()
            response.set_cookie(BROWSER_NAME, token, httponly=True, secure=self._secure, samesite="lax")

    def token(self, connection: HTTPConnection) -> str | None:
        return connection.cookies.get(NAME)

    async def session(self, connection: HTTPConnection) -> Session | None:
        token = self.token(connection)
        return await self.sessions.find(token) if token else None

    async def end(self, connection: HTTPConnection) -> None:
        token = self.token(connection)
        if token:
            await self.sessions.end(token)


async def _current_session(connection: HTTPConnection) -> Session | None:
    session = await _session_of_token(connection) or await _session_of_cookie(connection)
    connection.state.viewer = session
    return session


async def _session_of_cookie(connection: HTTPConnection) -> Session | None:
    cookie: SessionCookie = connection.app.state.session_cookie
    return await cookie.session(connection)


async def _session_of_token(connection: HTTPConnection) -> Session | None:
    """A token that is not good is refused, whatever the cookie says."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _takes_tokens(connection.url.path):
        return None
    tokens: Tokens = connection.app.state.tokens
    return await tokens.session(token)


def _takes_tokens(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in TOKEN_PATHS)


CurrentSession = Annotated[Session | None, Depends(_current_session)]


async def _visitor(connection: HTTPConnection) -> Session | None:
    try:
        return await _current_session(connection)
    except SessionsUnavailable:
        return None


# For pages that go on without a session: nobody is known while Redis is away.
Visitor = Annotated[Session | None, Depends(_visitor)]
