"""What operators change besides blocking: limits of one person, a key's end, sessions. Each is an event.

Limits: our row and the event first, then LiteLLM; when LiteLLM fails the row stands, the answer is 503, and saving
again finishes it. Revoking: LiteLLM first, because a key that still works must not be listed as revoked; when we die
in between, revoking again finishes it.
"""

from decimal import Decimal
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from portal.accounts.events import record
from portal.accounts.session import Sessions
from portal.clients.litellm_proxy import LitellmProxy, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import ROW_LOCK, Database
from portal.core.text import ONE_LINE
from portal.models import Action, LimitOverride, Person
from portal.operators.blocking import NotFinished, PersonNotFound
from portal.operators.keys import shown_key

MAX_REASON_LENGTH = 300
# What Postgres' and LiteLLM's integers hold.
MOST = 2**31 - 1
Amount = Annotated[int, Field(ge=0, le=MOST)]


class Reason(BaseModel):
    """Why; the person can read it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_LENGTH), ONE_LINE] = Field(
        description="the person can read it"
    )


class LimitChange(BaseModel):
    """All limits of one person; what is empty follows the policy of their kind."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    active_keys: Amount | None = None
    requests_per_minute: Amount | None = None
    tokens_per_minute: Amount | None = None
    parallel_requests: Amount | None = None
    budget_usd: Annotated[Decimal, Field(ge=0, le=MOST, decimal_places=4)] | None = None

    @field_validator("*", mode="before")
    @classmethod
    def empty_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @property
    def details(self) -> dict[str, str]:
        return {name: "policy" if value is None else str(value) for name, value in self.model_dump().items()}


class AppliesLimits(Protocol):
    async def apply(self, person_id: UUID) -> None:
        """Brings LiteLLM to what the person's limits are now; raises `ProxyUnavailable`."""


class Changes:
    def __init__(
        self, database: Database, sessions: Sessions, proxy: LitellmProxy, limits: AppliesLimits, clock: Clock
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._proxy = proxy
        self._limits = limits
        self._clock = clock

    async def set_limits(self, person_id: UUID, actor: Person, change: LimitChange) -> None:
        if not await self._proxy.is_alive():
            raise ProxyUnavailable(reached=False)
        async with self._database.transaction() as session:
            if await session.get(Person, person_id, with_for_update=ROW_LOCK) is None:
                raise PersonNotFound
            before = await session.get(LimitOverride, person_id)
            changed = LimitOverride(person_id=person_id, changed_at=self._clock(), **change.model_dump())
            if _values(before) != _values(changed):
                await session.merge(changed)
                details = change.details
                record(session, person_id, Action.LIMITS_CHANGED, self._clock(), actor_id=actor.id, **details)
        try:
            await self._limits.apply(person_id)
        except ProxyUnavailable as error:
            raise NotFinished from error

    async def revoke_key(self, key_id: UUID, actor: Person, reason: str) -> UUID:
        """The person whose key it is. Does nothing the second time."""
        async with self._database.transaction() as session:
            await shown_key(session, key_id)
        await self._proxy.delete_key(str(key_id))
        async with self._database.transaction() as session:
            key = await shown_key(session, key_id, lock=True)
            if key.revoked_at is None:
                key.revoked_at = self._clock()
                details = {"name": key.name, "preview": key.preview, "reason": reason}
                record(session, key.person_id, Action.KEY_REVOKED, self._clock(), actor_id=actor.id, **details)
            return key.person_id

    async def sign_out(self, person_id: UUID, actor: Person) -> None:
        """Everywhere; also when there is no session, and then again an event."""
        async with self._database.transaction() as session:
            if await session.get(Person, person_id) is None:
                raise PersonNotFound
        await self._sessions.end_all(person_id)
        async with self._database.transaction() as session:
            record(session, person_id, Action.SIGNED_OUT_EVERYWHERE, self._clock(), actor_id=actor.id)


def _values(override: LimitOverride | None) -> dict[str, object]:
    none = dict.fromkeys(LimitChange.model_fields)
    return none if override is None else override.model_dump(include=set(LimitChange.model_fields))
