"""Signing in and out as JSON, and access tokens."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from portal.accounts.account_answers import AccountAnswer
from portal.accounts.cookie import CurrentSession, SessionCookie
from portal.accounts.local_accounts import Credentials, SignedIn
from portal.accounts.people import Owner
from portal.accounts.register import RegisterRequest
from portal.accounts.services import AccountServices
from portal.accounts.tokens import LIFE, Tokens
from portal.core.crypto import digest
from portal.core.errors import NotFound, SignInNeeded
from portal.core.settings import Settings
from portal.web.client_address import client_ip


class TokenAnswer(BaseModel):
    """`expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


def no_store(response: Response) -> None:
    response.headers["cache-control"] = "no-store"


class AuthRoutes:
    def __init__(self, settings: Settings, *, services: AccountServices, tokens: Tokens, cookie: SessionCookie) -> None:
        self._settings = settings
        self._services = services
        self._tokens = tokens
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/auth", tags=["accounts"], dependencies=[Depends(no_store)])
        add = router.add_api_route
        local = [Depends(self._local_accounts_are_on)]
        add("/register", self.register, methods=["POST"], status_code=HTTPStatus.CREATED, dependencies=local)
        add("/login", self.login, methods=["POST"], dependencies=local)
        add("/logout", self.logout, methods=["POST"], status_code=HTTPStatus.NO_CONTENT)
        add("/logout-everywhere", self.logout_everywhere, methods=["POST"], status_code=HTTPStatus.NO_CONTENT)
        add("/token", self.token, methods=["POST"])
        return router

    async def register(self, body: RegisterRequest, request: Request, response: Response) -> AccountAnswer:
        """Makes an account and signs in to it; with the address and password of one that exists, signs in to that."""
        old_token = self._cookie.token(request)
        return self._welcome(
            response, await self._services.registrations.register(body, old_token=old_token, ip=self._ip(request))
        )

    async def login(self, body: Credentials, request: Request, response: Response) -> AccountAnswer:
        old_token = self._cookie.token(request)
        return self._welcome(
            response, await self._services.local.sign_in(body, old_token=old_token, ip=self._ip(request))
        )

    async def logout(self, request: Request, response: Response, session: CurrentSession) -> None:
        """Ends this session; without one there is nothing to do."""
        await self._services.sign_outs.here(session, self._cookie.token(request), ip=self._ip(request))
        self._cookie.clear(response)

    async def logout_everywhere(self, request: Request, response: Response, person: Owner) -> None:
        """Ends every session of the person, this one too, and with them every access token."""
        await self._services.sign_outs.everywhere(person.id, ip=self._ip(request))
        self._cookie.clear(response)

    async def token(self, request: Request, session: CurrentSession, _: Owner) -> TokenAnswer:
        """An access token for this session, good for 15 minutes and no longer than the session."""
        session_token = self._cookie.token(request)
        if session is None or session_token is None:
            raise SignInNeeded
        token = self._tokens.issue(session, digest(session_token))
        return TokenAnswer(access_token=token, expires_in=int(LIFE.total_seconds()))

    def _welcome(self, response: Response, signed_in: SignedIn) -> AccountAnswer:
        self._cookie.set(response, signed_in.token)
        return AccountAnswer.of(signed_in.person)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)

    def _local_accounts_are_on(self) -> None:
        if not self._settings.has_local_accounts:
            raise NotFound("Accounts with a password are switched off here.")
