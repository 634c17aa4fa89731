"""Signing in and out with Auth0 over HTTP. These addresses are for browsers, so their errors are pages."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from portal.accounts.auth0_browser import BrowserCookie
from portal.accounts.auth0_sign_in import Answer, Auth0SignIns, SignInPageNeeded, sign_in_path
from portal.accounts.cookie import CurrentSession, SessionCookie
from portal.accounts.people import CONFIRM_EMAIL_PATH, Member
from portal.accounts.services import AccountServices
from portal.accounts.sign_in import path_after_sign_in
from portal.clients.auth0_errors import SIGN_IN_PATH
from portal.core.crypto import digest
from portal.core.errors import NotFound
from portal.core.rates import Limit, RateLimiter
from portal.core.settings import Settings
from portal.models import Kind
from portal.web.client_address import base_url, client_ip, network_of
from portal.web.templating import Pages

CALLBACK_PATH = "/api/auth/callback"


class Auth0Routes:
    def __init__(
        self,
        settings: Settings,
        *,
        sign_ins: Auth0SignIns,
        services: AccountServices,
        browsers: BrowserCookie,
        limiter: RateLimiter,
        cookie: SessionCookie,
        pages: Pages,
    ) -> None:
        self._settings = settings
        self._sign_ins = sign_ins
        self._services = services
        self._browsers = browsers
        self._limiter = limiter
        self._cookie = cookie
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        add = router.add_api_route
        add(SIGN_IN_PATH, self.login, methods=["GET"], response_class=RedirectResponse)
        add(CALLBACK_PATH, self.callback, methods=["GET"], response_class=RedirectResponse)
        # Only POST, which the guard against requests from other sites looks at: nobody is signed out by a link.
        add("/api/auth/auth0/logout", self.logout, methods=["POST"], response_class=RedirectResponse)
        add("/api/auth/auth0/refresh", self.refresh, methods=["POST"], response_class=RedirectResponse)
        add(CONFIRM_EMAIL_PATH, self.confirm_email_page, methods=["GET"], response_class=HTMLResponse)
        return router

    async def login(self, request: Request, next: str = "", again: str = "") -> Response:  # noqa: A002 - in the URL
        """Sets out for Auth0. `again` for what needs a fresh sign-in."""
        await self._limiter.take(self._limit(request))
        browser = self._browsers.name_of(request)
        url = await self._sign_ins.set_out(
            self._address(request) + CALLBACK_PATH,
            browser=digest(browser),
            next_path=path_after_sign_in(next),
            again=bool(again),
        )
        response = _redirect(url)
        self._browsers.keep(response, browser)
        return response

    async def callback(
        self, request: Request, session: CurrentSession, state: str = "", code: str = "", error: str = ""
    ) -> Response:
        answer = Answer(state, code, error, self._browsers.known(request), self._ip(request))
        try:
            found = await self._sign_ins.come_back(answer, session=session, old_token=self._cookie.token(request))
        except SignInPageNeeded as needed:
            return _redirect(sign_in_path(needed.next_path))
        if found.session_token is None:
            return _redirect(found.next_path if found.person.is_email_verified else f"{CONFIRM_EMAIL_PATH}?checked=1")
        # By way of the terms at the first sign-in, and when there are newer ones.
        consent = await self._services.consents.of(found.person.id)
        next_path = f"/account/terms?{urlencode({'next': found.next_path})}"
        response = _redirect(found.next_path if consent.is_current else next_path)
        self._cookie.set(response, found.session_token)
        return response

    async def logout(self, request: Request, session: CurrentSession) -> Response:
        """Our session first, then Auth0's own, or the next click would sign in without a question."""
        token = self._cookie.token(request)
        await self._services.sign_outs.here(session, token, ip=self._ip(request))
        here = self._address(request)
        response = _redirect(await self._sign_ins.sign_out_url(token, return_to=here) if session else here)
        self._cookie.clear(response)
        return response

    async def refresh(self, request: Request, person: Member, next: Annotated[str, Form()] = "") -> Response:  # noqa: A002
        """Asks Auth0, without a page of its own, whether the e-mail is confirmed by now."""
        _only_with_auth0(person.kind)
        await self._limiter.take(self._limit(request))
        browser = self._browsers.name_of(request)
        url = await self._sign_ins.set_out_silently(
            self._address(request) + CALLBACK_PATH,
            browser=digest(browser),
            next_path=path_after_sign_in(next),
            person_id=person.id,
        )
        response = _redirect(url)
        self._browsers.keep(response, browser)
        return response

    async def confirm_email_page(self, request: Request, person: Member, checked: str = "") -> Response:
        _only_with_auth0(person.kind)
        if person.is_email_verified:
            return _redirect(path_after_sign_in(None))
        context: dict[str, Any] = {"email": person.email, "is_checked": bool(checked)}
        return self._pages.render(request, "accounts/confirm_email.html", context)

    def _address(self, request: Request) -> str:
        own = self._settings.auth0_base_url or self._settings.public_url
        return base_url(request, own, self._settings.trusted_proxies)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)

    def _limit(self, request: Request) -> Limit:
        text = "Too many sign-ins from your network. Please wait a while and try again."
        return Limit(self._settings.auth0_sign_ins_per_ip, "auth0-sign-ins", network_of(self._ip(request)), text)


def _only_with_auth0(kind: Kind) -> None:
    if kind is not Kind.AUTH0:
        raise NotFound("There is nothing at this address.")


def _redirect(url: str) -> RedirectResponse:
    return RedirectResponse(url, HTTPStatus.SEE_OTHER, headers={"cache-control": "no-store"})
