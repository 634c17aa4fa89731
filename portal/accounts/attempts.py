"""How often somebody may try to sign in or register.

Failed tries are counted for an account from one network, and for a network as a whole, never for an account alone:
whoever guesses at somebody else's password locks themselves out, and the person gets in from where they are.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from portal.clients.captcha import CaptchaRefused
from portal.core.crypto import digest
from portal.core.errors import BadInput, PortalError
from portal.core.logs import get_logger
from portal.core.rates import Limit, RateLimiter
from portal.core.settings import Settings
from portal.web.client_address import network_of

log = get_logger()

TOO_MANY_ACCOUNTS = "No more accounts can be made from your network for now. Please come back later."
TOO_MANY = "Too many tries to sign in. Please wait a while, then try again."


class CredentialsRefused(PortalError):
    """One text for an unknown e-mail and a wrong password, so that nobody learns who has an account."""

    status = HTTPStatus.UNAUTHORIZED
    code = "credentials_refused"
    title = "Not signed in"

    def __init__(self) -> None:
        super().__init__("This e-mail address and password don't fit together. Please check both.")


class PasswordRefused(BadInput):
    code = "password_refused"

    def __init__(self) -> None:
        text = "This is not your current password."
        super().__init__(text, fields={"current_password": text})


REFUSALS = (CredentialsRefused, PasswordRefused, CaptchaRefused)


class SignInAttempts:
    def __init__(self, settings: Settings, limiter: RateLimiter) -> None:
        self._settings = settings
        self._limiter = limiter

    @asynccontextmanager
    async def counted(self, email: str, ip: str) -> AsyncIterator[None]:
        """Counted before the try, so that simultaneous ones can't pass together; given back unless it is refused."""
        taken: list[Limit] = []
        try:
            for limit in self._limits(email, network_of(ip)):
                await self._limiter.take(limit)
                taken.append(limit)
            yield
        except REFUSALS as error:
            log.info("accounts.sign_in_refused", code=error.code)
            raise
        except BaseException:
            await self._give_back(taken)
            raise
        await self._give_back(taken)

    @asynccontextmanager
    async def registration(self, ip: str) -> AsyncIterator[None]:
        """Counted also where the address is taken, or the limit would tell which addresses are."""
        rate = self._settings.registrations_per_ip
        limit = Limit(rate, "registrations-per-ip", network_of(ip), TOO_MANY_ACCOUNTS)
        await self._limiter.take(limit)
        try:
            yield
        except CredentialsRefused:
            raise
        except BaseException:
            await self._limiter.give_back(limit)
            raise

    async def _give_back(self, taken: list[Limit]) -> None:
        for limit in taken:
            await self._limiter.give_back(limit)

    def _limits(self, email: str, network: str) -> tuple[Limit, ...]:
        account = digest(f"{email.casefold()} {network}")
        return (
            Limit(self._settings.sign_in_attempts_per_ip, "sign-in-per-ip", network, TOO_MANY),
            Limit(self._settings.sign_in_attempts_per_account, "sign-in-per-account", account, TOO_MANY),
        )
