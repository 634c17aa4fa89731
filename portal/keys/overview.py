"""A person's keys: what we know of them, with what LiteLLM knows when it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import col, select

from portal.clients.litellm_proxy import LitellmProxy, ProxyKey, ProxyUnavailable, ProxyUser
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.limits import Limits
from portal.keys.own import own_key
from portal.keys.policy import Policy
from portal.keys.search import Search, matching
from portal.keys.working import KeyState, counted, listed, state_of, working
from portal.models import IssuedKey, Person

STATES: tuple[KeyState, ...] = get_args(KeyState)


@dataclass(frozen=True)
class KeySummary:
    """One row of the list. `spend` in US dollars, `None` when LiteLLM could not be asked or has removed the key.

    `ends_at`: when rotation ends a key that works for now.
    """

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
    spend: Decimal | None

    @property
    def is_over(self) -> bool:
        return self.state in {"expired", "revoked"}


@dataclass(frozen=True)
class Allowance:
    """What a person has, with all their keys together. `budget_left` is `None` without a budget or without LiteLLM."""

    policy: Policy
    used_keys: int
    budget_left: Decimal | None
    budget_full_at: datetime | None

    @property
    def can_create(self) -> bool:
        return self.used_keys < self.policy.active_keys


@dataclass(frozen=True)
class Overview:
    """One page of the list. `stale`: LiteLLM did not answer, so spend and last use are missing."""

    keys: Sequence[KeySummary]
    found: int
    total: int
    stale: bool
    allowance: Allowance


class KeyOverview:
    def __init__(self, database: Database, proxy: LitellmProxy, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._limits = limits
        self._clock = clock

    async def of(self, person: Person, search: Search) -> Overview:
        """Those that work first, each part newest first."""
        now = self._clock()
        mine = (col(IssuedKey.person_id) == person.id, listed())
        wanted = (*mine, *matching(search, now))
        rows = (
            select(IssuedKey)
            .where(*wanted)
            .order_by(case((working(IssuedKey, now), 0), else_=1), col(IssuedKey.created_at).desc(), col(IssuedKey.id))
            .limit(search.limit)
            .offset(search.offset)
        )
        number = select(func.count(col(IssuedKey.id)))
        async with self._database.transaction() as session:
            keys = (await session.exec(rows)).all()
            found = (await session.exec(number.where(*wanted))).one()
            total = (await session.exec(number.where(*mine))).one()
            used = (await session.exec(number.where(IssuedKey.person_id == person.id, counted(now)))).one()
            policy = await self._limits.effective_policy(session, person)
        known, user, stale = await self._ask_proxy(person.id, keys)
        summaries = [_summary(key, known.get(str(key.id)), policy, now, stale=stale) for key in keys]
        return Overview(summaries, found, total, stale, _allowance(policy, used, user))

    async def one(self, person: Person, key_id: str) -> KeySummary:
        """Raises `KeyNotFound`."""
        async with self._database.transaction() as session:
            key = await own_key(session, person.id, key_id)
            policy = await self._limits.effective_policy(session, person)
        known, _, stale = await self._ask_proxy(person.id, [key])
        return _summary(key, known.get(str(key.id)), policy, self._clock(), stale=stale)

    async def _ask_proxy(
        self, person_id: UUID, keys: Sequence[IssuedKey]
    ) -> tuple[dict[str, ProxyKey], ProxyUser | None, bool]:
        """Only about keys that are looked at: a person can have had any number of them."""
        if not keys:
            return {}, None, False
        try:
            known = await self._proxy.keys([key.token for key in keys if not key.revoked_at])
            return known, await self._proxy.user(str(person_id)), False
        except ProxyUnavailable:
            return {}, None, True


def new_summary(key: IssuedKey, policy: Policy, now: datetime) -> KeySummary:
    """Of a key that was made just now."""
    return _summary(key, None, policy, now, stale=True)


def _allowance(policy: Policy, used_keys: int, user: ProxyUser | None) -> Allowance:
    left = None
    if policy.budget_usd is not None and user is not None:
        left = max(Decimal(0), policy.budget_usd - user.spend)
    return Allowance(policy, used_keys, left, user.budget_reset_at if user else None)


def _summary(row: IssuedKey, known: ProxyKey | None, policy: Policy, now: datetime, *, stale: bool) -> KeySummary:
    return KeySummary(
        id=row.id,
        name=row.name,
        description=row.description,
        preview=row.preview,
        team=row.team,
        state=_state(row, known, now, stale=stale),
        models=policy.models,
        limits=policy.limits,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ends_at=row.ends_at,
        last_used_at=known.last_active if known else None,
        spend=known.spend if known else None,
    )


def _state(row: IssuedKey, known: ProxyKey | None, now: datetime, *, stale: bool) -> KeyState:
    state = state_of(row, now, is_blocked=bool(known and known.blocked))
    is_gone = known is None and not stale
    # Somebody removed it in LiteLLM itself.
    return "revoked" if is_gone and state != "expired" else state
