"""One's own account as JSON. Nothing here takes an id: everybody reaches only themselves."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from portal.accounts.account_answers import AccountAnswer, ConsentAnswer, EventsAnswer
from portal.accounts.auth_routes import no_store
from portal.accounts.consent import ConsentChange
from portal.accounts.cookie import SessionCookie
from portal.accounts.deletion import Deletion
from portal.accounts.password_change import PasswordChange
from portal.accounts.people import FreshMember, FreshOwner, Member, Owner
from portal.accounts.profile import ProfileChange
from portal.accounts.services import AccountServices
from portal.core.settings import Settings
from portal.web.client_address import client_ip

MAX_PAGE = 1_000_000
EXPORT_HEADERS = {"cache-control": "no-store", "content-disposition": 'attachment; filename="account.json"'}

PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE)]


class AccountRoutes:
    def __init__(self, settings: Settings, *, services: AccountServices, cookie: SessionCookie) -> None:
        self._settings = settings
        self._services = services
        self._cookie = cookie

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/account", tags=["accounts"], dependencies=[Depends(no_store)])
        add = router.add_api_route
        add("", self.account, methods=["GET"])
        add("", self.change, methods=["PATCH"])
        add("", self.delete, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        add("/password", self.change_password, methods=["POST"], status_code=HTTPStatus.NO_CONTENT)
        add("/consent", self.consent, methods=["GET"])
        add("/consent", self.change_consent, methods=["PUT"])
        add("/events", self.events, methods=["GET"])
        add("/export", self.export, methods=["GET"], response_model=dict[str, Any])
        return router

    async def account(self, person: Owner) -> AccountAnswer:
        return AccountAnswer.of(person)

    async def change(self, body: ProfileChange, request: Request, person: Member) -> AccountAnswer:
        return AccountAnswer.of(await self._services.profiles.change(person, body, ip=self._ip(request)))

    async def delete(self, body: Deletion, response: Response, person: FreshOwner) -> None:
        """Deletes the account, its keys and everything that is known of it. Needs a fresh sign-in."""
        await self._services.deletions.delete(person, body)
        self._cookie.clear(response)

    async def change_password(
        self, body: PasswordChange, request: Request, response: Response, person: FreshMember
    ) -> None:
        """Needs a fresh sign-in. Every other session ends; the answer carries the cookie of a new one."""
        token = await self._services.passwords.change(person, body, ip=self._ip(request))
        self._cookie.set(response, token)

    async def consent(self, person: Owner) -> ConsentAnswer:
        return ConsentAnswer.of(await self._services.consents.of(person.id))

    async def change_consent(self, body: ConsentChange, request: Request, person: Owner) -> ConsentAnswer:
        """Accepts the terms in their present version, and gives or withdraws the consent to marketing."""
        return ConsentAnswer.of(await self._services.consents.change(person.id, body, ip=self._ip(request)))

    async def events(self, person: Owner, page: PageNumber = 1) -> EventsAnswer:
        """Newest first, 50 a page."""
        return EventsAnswer.of(await self._services.events.of(person.id, page=page))

    async def export(self, person: Owner) -> Response:
        """Everything that we hold about the person, but for the hashes of secrets."""
        pieces = await self._services.exports.of(person)
        return StreamingResponse(pieces, media_type="application/json", headers=EXPORT_HEADERS)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._settings.trusted_proxies)
