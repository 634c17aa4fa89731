"""A person's keys: what we know of them, with what LiteLLM knows when it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlmodel import col, select

from portal.clients.litellm_proxy import LitellmProxy, ProxyKey, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.policy import Policies, Policy
from portal.models import IssuedKey, Kind, Stage

KeyState = Literal["active", "expired", "revoked", "blocked"]


@dataclass(frozen=True)
class KeySummary:
    """One row of the list. `spend` in US dollars, `None` when LiteLLM could not be asked or has removed the key."""

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
    last_used_at: datetime | None
    spend: Decimal | None


@dataclass(frozen=True)
class Overview:
    """`stale`: LiteLLM did not answer, so spend and last use are missing."""

    keys: Sequence[KeySummary]
    stale: bool
    can_claim: bool


class KeyOverview:
    def __init__(self, database: Database, proxy: LitellmProxy, policies: Policies, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._policies = policies
        self._clock = clock

    async def of(self, person_id: UUID, kind: Kind) -> Overview:
        own = (
            select(IssuedKey)
            .where(IssuedKey.person_id == person_id, IssuedKey.stage == Stage.CONFIRMED)
            .order_by(col(IssuedKey.created_at).desc())
        )
        async with self._database.transaction() as session:
            rows = (await session.exec(own)).all()
        known, stale = await self._ask_proxy(person_id)
        policy = self._policies[kind]
        now = self._clock()
        keys = [_summary(row, known.get(row.token), policy, now) for row in rows]
        active = sum(key.state in {"active", "blocked"} for key in keys)
        return Overview(keys, stale=stale, can_claim=active < policy.active_keys)

    async def _ask_proxy(self, person_id: UUID) -> tuple[dict[str, ProxyKey], bool]:
        try:
            return await self._proxy.keys_of(str(person_id)), False
        except ProxyUnavailable:
            return {}, True


def _summary(row: IssuedKey, known: ProxyKey | None, policy: Policy, now: datetime) -> KeySummary:
    return KeySummary(
        id=row.id,
        name=row.name,
        description=row.description,
        preview=row.preview,
        team=row.team,
        state=_state(row, known, now),
        models=policy.models,
        limits=policy.limits,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=known.last_active if known else None,
        spend=known.spend if known else None,
    )


def _state(row: IssuedKey, known: ProxyKey | None, now: datetime) -> KeyState:
    if row.revoked_at:
        return "revoked"
    if row.expires_at and row.expires_at <= now:
        return "expired"
    return "blocked" if known and known.blocked else "active"
