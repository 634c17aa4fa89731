"""The pages of keys, complete without a script."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from portal.accounts.cookie import CurrentSession, SessionCookie, Visitor
from portal.accounts.people import FreshOwner, Owner, People, VerifiedMember, has_confirmed_email
from portal.accounts.sign_in import PersonBlocked
from portal.clients.captcha import Captcha
from portal.clients.litellm_proxy import LitellmProxy
from portal.core.errors import BadInput, PortalError
from portal.core.settings import Settings
from portal.keys.change import RenameRequest
from portal.keys.claim import ClaimRequest
from portal.keys.create import CreateRequest
from portal.keys.desk import KeyDesk
from portal.keys.home import HomePage, policy_context
from portal.keys.issue import KeyReveal
from portal.keys.rotate import Rotated
from portal.keys.search import Search
from portal.models import Person
from portal.web.captcha_field import captcha_answer, captcha_context
from portal.web.client_address import base_url, client_ip, network_of
from portal.web.error_pages import bad_input
from portal.web.templating import Pages

Body = TypeVar("Body", bound=BaseModel)

PAGE_SIZE = 20
# With fewer keys one sees them all.
SEARCH_FROM = 9
GRACES = ((0, "Now"), (3_600, "In 1 hour"), (86_400, "In 1 day"))
DONE = {"renamed": "The new name is saved.", "revoked": "The key is revoked. It no longer works."}


class KeyPages:
    def __init__(
        self,
        settings: Settings,
        desk: KeyDesk,
        *,
        people: People,
        home: HomePage,
        captcha: Captcha,
        proxy: LitellmProxy,
        pages: Pages,
        cookie: SessionCookie,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._people = people
        self._home = home
        self._captcha = captcha
        self._proxy = proxy
        self._pages = pages
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
        for path, get, post in (
            ("/", self.home_page, None),
            ("/keys", self.list_page, self.claim_page),
            ("/keys/new", self.new_page, self.create_page),
            ("/keys/{key_id}/rename", None, self.rename),
            ("/keys/{key_id}/rotate", self.rotate_page, self.rotate),
            ("/keys/{key_id}/revoke", self.revoke_page, self.revoke),
            ("/keys/{key_id}/renew", self.renew_page, None),
        ):
            if get:
                router.add_api_route(path, get, methods=["GET"])
            if post:
                router.add_api_route(path, post, methods=["POST"])
        return router

    async def home_page(self, request: Request, visitor: Visitor) -> Response:
        response = self._home.render(request, visitor)
        if visitor is None:
            self._cookie.know_browser(request, response)
        return response

    async def list_page(self, request: Request, visitor: CurrentSession) -> Response:
        person = await self._people.find(visitor.person_id) if visitor else None
        if person is None:
            return self._pages.render(request, "keys/list.html", {"overview": None})
        if person.blocked_at:
            raise PersonBlocked
        asked = _number(request.query_params.get("page"))
        search = _search(request, asked)
        overview = await self._desk.overview.of(person, search)
        context = {
            "overview": overview,
            "search": search,
            "shows_search": overview.total >= SEARCH_FROM or bool(search.q or search.state),
            "page": asked,
            "last_page": max(1, -(-overview.found // PAGE_SIZE)),
            "page_query": urlencode({"q": search.q, "state": search.state}),
            "done": DONE.get(request.query_params.get("done", "")),
            "needs_verified_email": not has_confirmed_email(person),
            "email": person.email,
            "renews_at_once": self._captcha.kind == "off" and await self._desk.creations.has_accepted_terms(person.id),
        }
        return self._pages.render(request, "keys/list.html", context)

    async def claim_page(self, request: Request, visitor: CurrentSession) -> Response:
        """Answers with the page itself: a redirect would have to carry the secret, and it exists in one body only."""
        form = await request.form()
        values: dict[str, Any] = _fields(form, "name", "description", "email")
        values["captcha"] = captcha_answer(form)
        values["accept_terms"] = bool(form.get("accept_terms"))
        ip = self._ip(request)
        try:
            # Asked first: once the key is made, nothing may fail before its secret has been shown.
            model = await self._proxy.first_chat_model()
            body = _parsed(ClaimRequest, values)
            claimed = await self._desk.claims.claim(
                body, visitor, browser=self._cookie.browser(request), ip=ip, network=network_of(ip)
            )
        except PortalError as error:
            return self._home.render(request, visitor, values=values, error=error)
        response = self._issued(request, claimed.reveal, model)
        if claimed.session_token:
            self._cookie.set(response, claimed.session_token)
        return response

    async def new_page(self, request: Request, person: FreshOwner) -> Response:
        if not person.kind.has_account:
            return RedirectResponse("/#claim", HTTPStatus.SEE_OTHER)
        return await self._form(request, person)

    async def create_page(self, request: Request, person: VerifiedMember) -> Response:
        """As `claim_page`: no redirect, for the secret's sake."""
        form = await request.form()
        values: dict[str, Any] = {
            **_fields(form, "name", "description"),
            "accept_terms": bool(form.get("accept_terms")),
        }
        try:
            model = await self._proxy.first_chat_model()
            body = _parsed(CreateRequest, values)
            reveal = await self._desk.creations.create(person, body, ip=self._ip(request))
        except PortalError as error:
            return await self._form(request, person, values=values, error=error)
        return self._issued(request, reveal, model)

    async def rename(self, key_id: str, request: Request, person: Owner) -> Response:
        body = _parsed(RenameRequest, _fields(await request.form(), "name", "description"))
        await self._desk.changes.rename(person, key_id, body, ip=self._ip(request))
        return RedirectResponse(f"/keys?done=renamed#key-{key_id}", HTTPStatus.SEE_OTHER)

    async def rotate_page(self, key_id: str, request: Request, person: FreshOwner) -> Response:
        longest = self._settings.rotation_max_grace.total_seconds()
        context = {
            "key": await self._desk.overview.one(person, key_id),
            "graces": [(seconds, label) for seconds, label in GRACES if seconds <= longest],
        }
        return self._pages.render(request, "keys/rotate.html", context)

    async def rotate(self, key_id: str, request: Request, person: FreshOwner) -> Response:
        """As `claim_page`: no redirect, for the secret's sake."""
        grace = timedelta(seconds=_number(str((await request.form()).get("grace_seconds", "0")), least=0))
        model = await self._proxy.first_chat_model()
        rotated = await self._desk.rotations.rotate(person, key_id, grace, ip=self._ip(request))
        return self._issued(request, rotated.reveal, model, rotated)

    async def revoke_page(self, key_id: str, request: Request, person: Owner) -> Response:
        context = {"key": await self._desk.overview.one(person, key_id)}
        return self._pages.render(request, "keys/revoke.html", context)

    async def revoke(self, key_id: str, request: Request, person: Owner) -> Response:
        await self._desk.changes.revoke(person, key_id, ip=self._ip(request))
        return RedirectResponse("/keys?done=revoked", HTTPStatus.SEE_OTHER)

    async def renew_page(self, key_id: str, request: Request, person: Owner) -> Response:
        context = {
            "key": await self._desk.overview.one(person, key_id),
            "captcha": captcha_context(self._captcha),
            "has_accepted": await self._desk.creations.has_accepted_terms(person.id),
        }
        return self._pages.render(request, "keys/renew.html", context)

    async def _form(
        self,
        request: Request,
        person: Person,
        *,
        values: dict[str, Any] | None = None,
        error: PortalError | None = None,
    ) -> Response:
        allowance = (await self._desk.overview.of(person, Search(limit=1))).allowance
        fields = error.fields if isinstance(error, BadInput) else {}
        context = {
            "policy": policy_context(allowance.policy),
            "allowance": allowance,
            "has_accepted": await self._desk.creations.has_accepted_terms(person.id),
            "needs_verified_email": not has_confirmed_email(person),
            "email": person.email,
            "form": {
                "values": {"name": "", "description": "", "accept_terms": False, **(values or {})},
                "errors": fields,
                "general": error.message if error and not fields else None,
            },
        }
        status = error.status if error else HTTPStatus.OK
        response = self._pages.render(request, "keys/new.html", context, status=status)
        if error and error.retry_after:
            response.headers["retry-after"] = str(error.retry_after)
        return response

    def _issued(
        self, request: Request, reveal: KeyReveal, model: str | None, rotated: Rotated | None = None
    ) -> Response:
        context = {
            "key": {
                "secret": reveal.secret,
                "models": reveal.policy.models,
                **reveal.key.model_dump(exclude={"token"}),
            },
            "policy": policy_context(reveal.policy),
            "rotated": rotated,
            "base_url": base_url(request, self._settings.public_url, self._settings.trusted_proxies) + "/api/v1",
            "model": model or "your-model",
        }
        return self._pages.render(request, "keys/issued.html", context, status=HTTPStatus.CREATED)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)


def _search(request: Request, page: int) -> Search:
    """What can't be searched for is left out: a page is not an error because of its address."""
    asked = {name: request.query_params.get(name, "") for name in ("q", "state")}
    place = {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE}
    try:
        return Search.model_validate(asked | place)
    except ValidationError:
        return Search.model_validate(place)


def _number(text: str | None, *, least: int = 1) -> int:
    return max(least, int(text)) if text and text.isascii() and text.isdecimal() and len(text) < 6 else least  # noqa: PLR2004


def _fields(form: Any, *names: str) -> dict[str, Any]:
    return {name: str(form[name]) for name in names if name in form}


def _parsed(model: type[Body], values: dict[str, Any]) -> Body:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise bad_input(error.errors()) from error
