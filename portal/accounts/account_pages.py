"""The pages of one's own account; they do what the JSON API does, with forms."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from portal.accounts.account_routes import PageNumber
from portal.accounts.consent import ConsentChange
from portal.accounts.cookie import SessionCookie
from portal.accounts.deletion import Deletion
from portal.accounts.event_list import sentence
from portal.accounts.password_change import PasswordChange
from portal.accounts.people import FreshMember, FreshOwner, Member, Owner
from portal.accounts.profile import ProfileChange
from portal.accounts.services import AccountServices
from portal.accounts.sign_in import path_after_sign_in
from portal.core.errors import BadInput, PortalError
from portal.core.settings import Settings
from portal.models import Person
from portal.web.client_address import client_ip
from portal.web.forms import parsed, render_form
from portal.web.templating import Pages

LATEST = 5


class AccountPages:
    def __init__(self, settings: Settings, *, services: AccountServices, pages: Pages, cookie: SessionCookie) -> None:
        self._settings = settings
        self._services = services
        self._pages = pages
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/account", include_in_schema=False, default_response_class=HTMLResponse)
        add = router.add_api_route
        add("", self.account, methods=["GET"])
        add("/profile", self.change_profile, methods=["POST"])
        add("/password", self.password, methods=["GET"])
        add("/password", self.change_password, methods=["POST"])
        add("/logout-everywhere", self.logout_everywhere, methods=["POST"])
        add("/consent", self.change_marketing, methods=["POST"])
        add("/terms", self.terms, methods=["GET"])
        add("/terms", self.accept_terms, methods=["POST"])
        add("/events", self.events, methods=["GET"])
        add("/delete", self.deletion, methods=["GET"])
        add("/delete", self.delete, methods=["POST"])
        return router

    async def account(self, request: Request, person: Owner, saved: str = "") -> Response:
        return await self._account(request, person, {"name": person.name or ""}, saved=saved)

    async def change_profile(self, request: Request, person: Member) -> Response:
        form = await request.form()
        values = {"name": str(form.get("name", ""))}
        try:
            await self._services.profiles.change(person, parsed(ProfileChange, values), ip=self._ip(request))
        except BadInput as error:
            return await self._account(request, person, values, error)
        return _see("/account?saved=profile")

    async def password(self, request: Request, person: FreshMember) -> Response:
        return self._form(request, "password", person, {})

    async def change_password(self, request: Request, person: FreshMember) -> Response:
        form = await request.form()
        values = {name: str(form.get(name, "")) for name in PasswordChange.model_fields}
        try:
            token = await self._services.passwords.change(person, parsed(PasswordChange, values), ip=self._ip(request))
        except PortalError as error:
            return self._form(request, "password", person, values, error)
        response = _see("/account?saved=password")
        self._cookie.set(response, token)
        return response

    async def logout_everywhere(self, request: Request, person: Owner) -> Response:
        await self._services.sign_outs.everywhere(person.id, ip=self._ip(request))
        response = _see("/login" if person.kind.has_account else "/")
        self._cookie.clear(response)
        return response

    async def change_marketing(self, request: Request, person: Owner) -> Response:
        form = await request.form()
        wanted = ConsentChange(marketing=bool(form.get("marketing")))
        await self._services.consents.change(person.id, wanted, ip=self._ip(request))
        return _see("/account?saved=consent")

    async def terms(self, request: Request, person: Owner, next: str = "") -> Response:  # noqa: A002 - its name in the address
        values = {"accept_terms": False, "next": path_after_sign_in(next)}
        return await self._terms(request, person, values)

    async def accept_terms(self, request: Request, person: Owner) -> Response:
        form = await request.form()
        values = {"accept_terms": bool(form.get("accept_terms")), "next": str(form.get("next", ""))}
        if not values["accept_terms"]:
            text = "Please accept the terms to go on, or delete your account."
            return await self._terms(request, person, values, BadInput(text, fields={"accept_terms": text}))
        await self._services.consents.change(person.id, ConsentChange(accept_terms=True), ip=self._ip(request))
        return _see(path_after_sign_in(str(values["next"])))

    async def events(self, request: Request, person: Owner, page: PageNumber = 1) -> Response:
        found = await self._services.events.of(person.id, page=page)
        return self._pages.render(request, "accounts/events.html", {"page": found, "sentence": sentence})

    async def deletion(self, request: Request, person: FreshOwner) -> Response:
        return self._form(request, "delete", person, {"confirm": ""})

    async def delete(self, request: Request, person: FreshOwner) -> Response:
        form = await request.form()
        values = {"confirm": str(form.get("confirm", ""))}
        try:
            await self._services.deletions.delete(person, parsed(Deletion, values))
        except PortalError as error:
            return self._form(request, "delete", person, values, error)
        request.state.viewer = None
        response = self._pages.render(request, "accounts/deleted.html", {})
        self._cookie.clear(response)
        return response

    async def _account(
        self,
        request: Request,
        person: Person,
        values: dict[str, Any],
        error: PortalError | None = None,
        *,
        saved: str = "",
    ) -> Response:
        context = {
            "person": person,
            "consent": await self._services.consents.of(person.id),
            "latest": await self._services.events.of(person.id, size=LATEST),
            "sentence": sentence,
            "saved": saved,
        }
        return render_form(self._pages, request, "accounts/account.html", context, values, error)

    async def _terms(
        self, request: Request, person: Person, values: dict[str, Any], error: PortalError | None = None
    ) -> Response:
        context = {"consent": await self._services.consents.of(person.id)}
        return render_form(self._pages, request, "accounts/terms.html", context, values, error)

    def _form(
        self, request: Request, name: str, person: Person, values: dict[str, Any], error: PortalError | None = None
    ) -> Response:
        return render_form(self._pages, request, f"accounts/{name}.html", {"person": person}, values, error)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)


def _see(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
