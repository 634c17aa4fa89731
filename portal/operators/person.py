"""One person as operators see them: everything from our tables, and what LiteLLM adds when it answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel import col, select

from portal.clients.litellm_keys import LitellmKeys
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.clients.litellm_spend import Counts, LitellmSpend, grouped
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.limits import Limits
from portal.keys.policy import Policy
from portal.keys.working import listed
from portal.models import Consent, IssuedKey, LimitOverride, Person
from portal.operators.blocking import PersonNotFound
from portal.operators.keys import KeyRow, key_rows

USAGE_DAYS = 30


@dataclass(frozen=True)
class PersonKey:
    """`spend` in US dollars and `last_used_at` are `None` when LiteLLM was not asked or has removed the key."""

    key: KeyRow
    spend: Decimal | None
    last_used_at: datetime | None


@dataclass(frozen=True)
class PersonDetails:
    """`days` is `None` when LiteLLM does not answer, otherwise the last 30 UTC days, oldest first."""

    person: Person
    policy: Policy
    override: LimitOverride | None
    consents: Sequence[Consent]
    keys: Sequence[PersonKey]
    days: Sequence[tuple[date, Counts]] | None

    @property
    def total(self) -> Counts | None:
        return None if self.days is None else sum((counts for _, counts in self.days), Counts())


class PersonPage:
    def __init__(
        self, database: Database, keys: LitellmKeys, spend: LitellmSpend, limits: Limits, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._spend = spend
        self._limits = limits
        self._clock = clock

    async def of(self, person_id: UUID) -> PersonDetails:
        own = select(IssuedKey).where(listed(), IssuedKey.person_id == person_id)
        given = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.given_at).desc())
        async with self._database.transaction() as session:
            person = await session.get(Person, person_id)
            if person is None:
                raise PersonNotFound
            override = await session.get(LimitOverride, person_id)
            consents = (await session.exec(given)).all()
            keys = (await session.exec(own.order_by(col(IssuedKey.created_at).desc()))).all()
            rows = await key_rows(session, keys, self._clock())
        with_use, days = await asyncio.gather(self._with_use(person_id, rows), self._days(person_id))
        return PersonDetails(
            person=person,
            policy=self._limits.policy_of(person.kind),
            override=override,
            consents=consents,
            keys=with_use,
            days=days,
        )

    async def _with_use(self, person_id: UUID, rows: Sequence[KeyRow]) -> list[PersonKey]:
        try:
            known = await self._keys.of_user(str(person_id))
        except ProxyUnavailable:
            known = {}
        return [
            PersonKey(row, one.spend if (one := known.get(row.token)) else None, one.last_active if one else None)
            for row in rows
        ]

    async def _days(self, person_id: UUID) -> list[tuple[date, Counts]] | None:
        last = self._clock().date()
        first = last - timedelta(days=USAGE_DAYS - 1)
        try:
            activities = await self._spend.of_user(str(person_id), first, last)
        except ProxyUnavailable:
            return None
        by_day = grouped(activities, lambda one: one.day)
        every_day = [first + timedelta(days=number) for number in range(USAGE_DAYS)]
        return [(day, by_day.get(day, Counts())) for day in every_day]
