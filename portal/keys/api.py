"""Keys as JSON: what the pages do, with the same rules."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from portal.accounts.cookie import CurrentSession, SessionCookie
from portal.accounts.people import FreshOwner, Owner, People, VerifiedMember
from portal.accounts.sign_in import PersonBlocked
from portal.core.clock import Clock
from portal.keys.change import RenameRequest
from portal.keys.claim import ClaimRequest
from portal.keys.create import CreateRequest
from portal.keys.desk import KeyDesk
from portal.keys.issue import KeyReveal
from portal.keys.overview import KeySummary, new_summary
from portal.keys.search import Search
from portal.keys.working import KeyState
from portal.web.client_address import Network, client_ip, network_of

# Beyond it lies nothing that a grace may be, only what a timedelta can't hold.
MAX_SECONDS = 10**9


class ClaimAnswer(BaseModel):
    key: str
    id: UUID
    team: str
    expires_at: datetime | None


class KeyAnswer(BaseModel):
    """`ends_at`: when rotation ends a key that still works; `limits` count for all of a person's keys together."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str
    preview: str
    team: str
    state: KeyState
    models: tuple[str, ...]
    limits: dict[str, Any]
    created_at: datetime
    expires_at: datetime | None
    ends_at: datetime | None
    last_used_at: datetime | None
    spend: float | None


class NewKeyAnswer(KeyAnswer):
    key: str = Field(description="the secret; in this answer and never again")


class KeysAnswer(BaseModel):
    keys: Sequence[KeyAnswer]


class RotateRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grace_seconds: int = Field(0, ge=0, description="so long the old key goes on working")


class KeyApi:
    def __init__(
        self,
        desk: KeyDesk,
        *,
        people: People,
        cookie: SessionCookie,
        trusted_proxies: Sequence[Network],
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._people = people
        self._cookie = cookie
        self._trusted_proxies = trusted_proxies
        self._clock = clock

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/keys", tags=["keys"])
        add = router.add_api_route
        add("/claim", self.claim, methods=["POST"], status_code=HTTPStatus.CREATED)
        add("", self.list_keys, methods=["GET"])
        add("", self.create, methods=["POST"], status_code=HTTPStatus.CREATED)
        add("/{key_id}", self.rename, methods=["PATCH"])
        add("/{key_id}", self.revoke, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        add("/{key_id}/rotate", self.rotate, methods=["POST"], status_code=HTTPStatus.CREATED)
        return router

    async def claim(
        self, body: ClaimRequest, request: Request, response: Response, visitor: CurrentSession
    ) -> ClaimAnswer:
        """A key without an account. The secret is in this answer and never again."""
        ip = self._ip(request)
        claimed = await self._desk.claims.claim(
            body, visitor, browser=self._cookie.browser(request), ip=ip, network=network_of(ip)
        )
        response.headers["cache-control"] = "no-store"
        if claimed.session_token:
            self._cookie.set(response, claimed.session_token)
        key = claimed.reveal.key
        return ClaimAnswer(key=claimed.reveal.secret, id=key.id, team=key.team, expires_at=key.expires_at)

    async def list_keys(self, search: Annotated[Search, Query()], visitor: CurrentSession) -> KeysAnswer:
        """The keys that this session's person has, those that work first; none without a session."""
        person = await self._people.find(visitor.person_id) if visitor else None
        if person is None:
            return KeysAnswer(keys=[])
        if person.blocked_at:
            raise PersonBlocked
        overview = await self._desk.overview.of(person, search)
        return KeysAnswer(keys=[KeyAnswer.model_validate(key) for key in overview.keys])

    async def create(
        self, body: CreateRequest, request: Request, response: Response, person: VerifiedMember
    ) -> NewKeyAnswer:
        """A key for somebody with an account, who has signed in just now."""
        reveal = await self._desk.creations.create(person, body, ip=self._ip(request))
        return self._revealed(response, reveal)

    async def rename(self, key_id: str, body: RenameRequest, request: Request, person: Owner) -> KeyAnswer:
        """Another name or description; what is left out stays."""
        await self._desk.changes.rename(person, key_id, body, ip=self._ip(request))
        return _answer(await self._desk.overview.one(person, key_id))

    async def revoke(self, key_id: str, request: Request, person: Owner) -> Response:
        """The key stops working at once, everywhere. Doing it again changes nothing."""
        await self._desk.changes.revoke(person, key_id, ip=self._ip(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def rotate(
        self, key_id: str, request: Request, response: Response, person: FreshOwner, body: RotateRequest | None = None
    ) -> NewKeyAnswer:
        """A new key in place of an old one, which ends now or after the grace."""
        grace = timedelta(seconds=min(body.grace_seconds, MAX_SECONDS) if body else 0)
        rotated = await self._desk.rotations.rotate(person, key_id, grace, ip=self._ip(request))
        return self._revealed(response, rotated.reveal)

    def _revealed(self, response: Response, reveal: KeyReveal) -> NewKeyAnswer:
        response.headers["cache-control"] = "no-store"
        summary = _answer(new_summary(reveal.key, reveal.policy, self._clock()))
        return NewKeyAnswer(**summary.model_dump(), key=reveal.secret)

    def _ip(self, request: Request) -> str:
        return client_ip(request, self._trusted_proxies)


def _answer(summary: KeySummary) -> KeyAnswer:
    return KeyAnswer.model_validate(summary)
