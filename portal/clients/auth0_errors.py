"""What can go wrong with Auth0, in our words; its own words are neither shown nor logged.

Auth0Unavailable   503: not reachable, not understood, or our settings are wrong
SignInRefused      400: the person declined, or the answer is not one to trust
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx
from pydantic import ValidationError

from portal.core.errors import PortalError, Unavailable
from portal.core.logs import get_logger

log = get_logger()

SIGN_IN_PATH = "/api/auth/auth0/login"
WHOLE_ANSWER_SECONDS = 8


class Auth0Unavailable(Unavailable):
    code = "auth0_unavailable"
    title = "Sign-in with Auth0 is not available right now"
    next_step = ("Try again", SIGN_IN_PATH)

    def __init__(self) -> None:
        text = "Auth0 does not answer as it should. Everything else goes on working; please try again in a minute."
        super().__init__("auth0", text, retry_after=60)


class SignInRefused(PortalError):
    """`reason` is for the log."""

    status = HTTPStatus.BAD_REQUEST
    code = "sign_in_refused"
    title = "You are not signed in"
    next_step = ("Try again", SIGN_IN_PATH)

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        log.warning("auth0.sign_in_refused", reason=reason)


@asynccontextmanager
async def translated(asked_for: str) -> AsyncIterator[None]:
    """One question to Auth0: an answer that fails, takes too long or makes no sense is `Auth0Unavailable`."""
    try:
        async with asyncio.timeout(WHOLE_ANSWER_SECONDS):
            yield
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValidationError, ValueError) as error:
        log.warning("auth0.unavailable", asked_for=asked_for, reason=type(error).__name__)
        raise Auth0Unavailable from error
