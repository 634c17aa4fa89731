"""Keys over HTTP: the JSON API, and the pages that do the same without a script."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from portal.accounts.cookie import CurrentSession, SessionCookie, Visitor
from portal.accounts.session import Session
from portal.clients.litellm_proxy import LitellmProxy
from portal.core.errors import BadInput, PortalError
from portal.core.settings import Settings
from portal.keys.claim import Claimed, ClaimRequest, Claims
from portal.keys.home import HomePage
from portal.keys.overview import KeyOverview, KeyState
from portal.web.captcha_field import captcha_answer
from portal.web.client_address import base_url, client_ip, network_of
from portal.web.error_pages import bad_input
from portal.web.templating import Pages

FORM_FIELDS = ("name", "description", "email")


class ClaimAnswer(BaseModel):
    key: str
    id: UUID
    team: str
    expires_at: datetime | None


class KeyAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    preview: str
    team: str
    state: KeyState
    models: tuple[str, ...]
    limits: dict[str, Any]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    spend: float | None


class KeysAnswer(BaseModel):
    keys: Sequence[KeyAnswer]


class KeyRoutes:
    def __init__(
        self,
        settings: Settings,
        *,
        claims: Claims,
        proxy: LitellmProxy,
        overview: KeyOverview,
        home: HomePage,
        pages: Pages,
        cookie: SessionCookie,
    ) -> None:
        self._settings = settings
        self._claims = claims
        self._proxy = proxy
        self._overview = overview
        self._home = home
        self._pages = pages
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter()
        add = router.add_api_route
        add("/api/keys/claim", self.claim, methods=["POST"], status_code=HTTPStatus.CREATED, tags=["keys"])
        add("/api/keys", self.list_keys, methods=["GET"], tags=["keys"])
        page: dict[str, Any] = {"include_in_schema": False, "response_class": HTMLResponse}
        add("/", self.home_page, methods=["GET"], **page)
        add("/keys", self.list_page, methods=["GET"], **page)
        add("/keys", self.claim_page, methods=["POST"], **page)
        return router

    async def claim(
        self, body: ClaimRequest, request: Request, response: Response, visitor: CurrentSession
    ) -> ClaimAnswer:
        """A key without an account. The secret is in this answer and never again."""
        claimed = await self._claim(request, body, visitor)
        self._finish(response, claimed)
        key = claimed.reveal.key
        return ClaimAnswer(key=claimed.reveal.secret, id=key.id, team=key.team, expires_at=key.expires_at)

    async def list_keys(self, visitor: CurrentSession) -> KeysAnswer:
        """The keys that this session's person has, newest first; none without a session."""
        if visitor is None:
            return KeysAnswer(keys=[])
        overview = await self._overview.of(visitor.person_id, visitor.kind)
        return KeysAnswer(keys=[KeyAnswer.model_validate(key) for key in overview.keys])

    async def home_page(self, request: Request, visitor: Visitor) -> Response:
        return self._home.render(request, visitor)

    async def list_page(self, request: Request, visitor: CurrentSession) -> Response:
        context: dict[str, Any] = {"keys": [], "stale": False, "can_claim": True}
        if visitor:
            overview = await self._overview.of(visitor.person_id, visitor.kind)
            context = {"keys": overview.keys, "stale": overview.stale, "can_claim": overview.can_claim}
        return self._pages.render(request, "keys/list.html", context)

    async def claim_page(self, request: Request, visitor: CurrentSession) -> Response:
        """Answers with the page itself: a redirect would have to carry the secret, and it exists in one body only."""
        form = await request.form()
        values: dict[str, Any] = {name: str(form[name]) for name in FORM_FIELDS if name in form}
        values["captcha"] = captcha_answer(form)
        values["accept_terms"] = bool(form.get("accept_terms"))
        try:
            # Asked first: once the key is made, nothing may fail before its secret has been shown.
            model = await self._proxy.first_chat_model()
            claimed = await self._claim(request, _parsed(values), visitor)
        except PortalError as error:
            return self._home.render(request, visitor, values=values, error=error)
        context = {
            "key": {
                "secret": claimed.reveal.secret,
                "models": self._settings.permissionless_models,
                **claimed.reveal.key.model_dump(exclude={"token"}),
            },
            "base_url": self._api_url(request),
            "model": model or "your-model",
        }
        response = self._pages.render(request, "keys/issued.html", context, status=HTTPStatus.CREATED)
        self._finish(response, claimed)
        return response

    async def _claim(self, request: Request, body: ClaimRequest, visitor: Session | None) -> Claimed:
        ip = client_ip(request, self._settings.trusted_proxies)
        return await self._claims.claim(body, visitor, ip=ip, network=network_of(ip))

    def _finish(self, response: Response, claimed: Claimed) -> None:
        response.headers["cache-control"] = "no-store"
        if claimed.session_token:
            self._cookie.set(response, claimed.session_token)

    def _api_url(self, request: Request) -> str:
        return base_url(request, self._settings.public_url, self._settings.trusted_proxies) + "/api/v1"


def _parsed(values: dict[str, Any]) -> ClaimRequest:
    try:
        return ClaimRequest.model_validate(values)
    except ValidationError as error:
        found: BadInput = bad_input(error.errors())
        raise found from error
