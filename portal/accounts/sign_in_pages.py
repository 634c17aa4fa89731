"""The pages to sign in, to register and to sign out; they do what the JSON API does, with forms."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from portal.accounts.cookie import CurrentSession, SessionCookie, Visitor
from portal.accounts.local_accounts import Credentials, SignedIn
from portal.accounts.people import People
from portal.accounts.register import RegisterRequest
from portal.accounts.services import AccountServices
from portal.accounts.session import Session
from portal.accounts.sign_in import path_after_sign_in
from portal.clients.captcha import Captcha
from portal.core.errors import PortalError
from portal.core.settings import Settings
from portal.models import Kind
from portal.web.captcha_field import captcha_answer, captcha_context
from portal.web.client_address import client_ip
from portal.web.forms import parsed, render_form
from portal.web.templating import Pages

AUTH0_SIGN_IN = "/api/auth/auth0/login"
AUTH0_SIGN_OUT = "/api/auth/auth0/logout"


class SignInPages:
    def __init__(
        self,
        settings: Settings,
        *,
        services: AccountServices,
        people: People,
        captcha: Captcha,
        pages: Pages,
        cookie: SessionCookie,
    ) -> None:
        self._settings = settings
        self._services = services
        self._people = people
        self._captcha = captcha
        self._pages = pages
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        add = router.add_api_route
        add("/login", self.login_page, methods=["GET"])
        add("/register", self.register_page, methods=["GET"])
        add("/logout", self.logout, methods=["POST"])
        if self._settings.has_local_accounts:
            add("/login", self.login, methods=["POST"])
            add("/register", self.register, methods=["POST"])
        return router

    async def login_page(self, request: Request, visitor: Visitor, next: str = "", again: str = "") -> Response:  # noqa: A002 - its name in the address
        """`again`: what the person wants to do asks for a sign-in from just now."""
        member = visitor if visitor and visitor.has_account else None
        if member and not again:
            return _see(path_after_sign_in(next))
        person = await self._people.find(member.person_id) if member else None
        email = (person and person.email) or ""
        values = {"email": email, "next": path_after_sign_in(next), "again": "1" if member else ""}
        return self._login_form(request, visitor, values)

    async def login(self, request: Request, visitor: Visitor) -> Response:
        form = await request.form()
        values = {name: str(form.get(name, "")) for name in ("email", "password", "next", "again")}
        try:
            credentials = parsed(Credentials, {name: values[name] for name in ("email", "password")})
            signed_in = await self._services.local.sign_in(
                credentials, old_token=self._cookie.token(request), ip=self._ip(request)
            )
        except PortalError as error:
            return self._login_form(request, visitor, values, error)
        return await self._welcome(signed_in, values["next"])

    async def register_page(self, request: Request, visitor: Visitor, next: str = "") -> Response:  # noqa: A002 - as above
        if visitor and visitor.has_account:
            return _see(path_after_sign_in(next))
        if not self._settings.has_local_accounts:
            return _see("/login")
        return self._register_form(request, {"next": path_after_sign_in(next)})

    async def register(self, request: Request, _: Visitor) -> Response:
        form = await request.form()
        values: dict[str, Any] = {name: str(form.get(name, "")) for name in ("email", "password", "name", "next")}
        values |= {name: bool(form.get(name)) for name in ("accept_terms", "marketing")}
        wanted = {name: value for name, value in values.items() if name != "next"}
        try:
            body = parsed(RegisterRequest, wanted | {"captcha": captcha_answer(form)})
            signed_in = await self._services.registrations.register(
                body, old_token=self._cookie.token(request), ip=self._ip(request)
            )
        except PortalError as error:
            return self._register_form(request, values, error)
        return await self._welcome(signed_in, values["next"])

    async def logout(self, request: Request, session: CurrentSession) -> Response:
        """Who came with Auth0 leaves there too; that route ends our session as well."""
        if session and session.kind is Kind.AUTH0 and self._settings.has_auth0:
            return RedirectResponse(AUTH0_SIGN_OUT, status_code=HTTPStatus.TEMPORARY_REDIRECT)  # stays a POST
        await self._services.sign_outs.here(session, self._cookie.token(request), ip=self._ip(request))
        response = _see("/")
        self._cookie.clear(response)
        return response

    async def _welcome(self, signed_in: SignedIn, wanted: str) -> Response:
        """By way of the terms, when they are newer than what the person has accepted."""
        path = path_after_sign_in(wanted)
        consent = await self._services.consents.of(signed_in.person.id)
        response = _see(path if consent.is_current else f"/account/terms?{urlencode({'next': path})}")
        self._cookie.set(response, signed_in.token)
        return response

    def _login_form(
        self, request: Request, visitor: Session | None, values: dict[str, Any], error: PortalError | None = None
    ) -> Response:
        """Who has to prove themselves again is asked for what they signed in with, if that is still on."""
        ways = {Kind.LOCAL: self._settings.has_local_accounts, Kind.AUTH0: self._settings.has_auth0}
        if visitor and values["again"] and ways.get(visitor.kind):
            ways = {kind: kind is visitor.kind for kind in ways}
        context = {
            "has_local": ways[Kind.LOCAL],
            "auth0_url": self._auth0_url(values) if ways[Kind.AUTH0] else None,
        }
        return render_form(self._pages, request, "accounts/login.html", context, values, error)

    def _register_form(self, request: Request, values: dict[str, Any], error: PortalError | None = None) -> Response:
        context = {
            "captcha": captcha_context(self._captcha),
            "auth0_url": self._auth0_url(values) if self._settings.has_auth0 else None,
        }
        return render_form(self._pages, request, "accounts/register.html", context, values, error)

    def _auth0_url(self, values: dict[str, Any]) -> str:
        query = {"next": path_after_sign_in(values["next"])} | ({"again": "1"} if values.get("again") else {})
        return f"{AUTH0_SIGN_IN}?{urlencode(query)}"

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)


def _see(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
