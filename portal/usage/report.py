"""What a person used in the last days: LiteLLM's counts, with our names of the keys.

Days are UTC days, as LiteLLM counts them; the last one is today and not over yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col, select

from portal.clients.litellm_spend import Activity, Counts, LitellmSpend, grouped
from portal.core.clock import Clock
from portal.core.database import Database
from portal.models import IssuedKey, Purpose

# LiteLLM's name for a request that named a model which does not exist.
UNKNOWN_MODEL = "unknown-model"
UNNAMED = "Unnamed key"
NO_LONGER_KNOWN = "A key that is no longer known"


@dataclass(frozen=True)
class UsedKey:
    """`id` and `preview` are `None` for the chat, and for a key whose record is gone."""

    id: UUID | None
    name: str
    preview: str | None
    is_deleted: bool


# All of a person's keys for the chat, of which there is a new one every day.
CHAT = UsedKey(None, "Chat", None, is_deleted=False)


@dataclass(frozen=True)
class Line:
    """One row of the detailed list."""

    day: date
    model: str
    key: UsedKey
    counts: Counts


@dataclass(frozen=True)
class Usage:
    """`days` has every day, oldest first; `models` and `keys` the most used first."""

    first: date
    last: date
    total: Counts
    days: Sequence[tuple[date, Counts]]
    models: Sequence[tuple[str, Counts]]
    keys: Sequence[tuple[UsedKey, Counts]]
    lines: Sequence[Line]


class UsageReport:
    def __init__(self, database: Database, spend: LitellmSpend, clock: Clock) -> None:
        self._database = database
        self._spend = spend
        self._clock = clock

    async def of(self, person_id: UUID, days: int) -> Usage:
        """Raises `ProxyUnavailable` when LiteLLM does not answer."""
        last = self._clock().date()
        first = last - timedelta(days=days - 1)
        activities = await self._spend.of_user(str(person_id), first, last)
        names = await self._keys_of(person_id)
        return _usage(first, last, activities, names)

    async def _keys_of(self, person_id: UUID) -> dict[str, UsedKey]:
        now = self._clock()
        async with self._database.transaction() as session:
            rows = (await session.exec(select(IssuedKey).where(col(IssuedKey.person_id) == person_id))).all()
        return {
            row.token: CHAT
            if row.purpose is Purpose.CHAT
            else UsedKey(
                row.id,
                row.name or UNNAMED,
                row.preview,
                is_deleted=any(end is not None and end <= now for end in (row.revoked_at, row.expires_at, row.ends_at)),
            )
            for row in rows
        }


def _usage(first: date, last: date, activities: Sequence[Activity], names: dict[str, UsedKey]) -> Usage:
    unknown = UsedKey(None, NO_LONGER_KNOWN, None, is_deleted=True)

    def key_of(one: Activity) -> UsedKey:
        return names.get(one.token, unknown)

    by_day = grouped(activities, lambda one: one.day)
    every_day = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    lines = sorted(
        (Line(one.day, one.model, key_of(one), one.counts) for one in activities),
        key=lambda line: (line.day, line.model, line.key.name),
    )
    return Usage(
        first=first,
        last=last,
        total=sum(by_day.values(), Counts()),
        days=[(day, by_day.get(day, Counts())) for day in every_day],
        models=sorted(grouped(activities, lambda one: one.model).items(), key=_most_used),
        keys=sorted(grouped(activities, key_of).items(), key=_most_used),
        lines=lines,
    )


def _most_used(row: tuple[object, Counts]) -> tuple[object, ...]:
    return -row[1].spend, -row[1].requests, str(row[0])
