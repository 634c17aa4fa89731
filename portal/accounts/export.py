"""Everything that we hold about a person, for them to take away."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import SQLModel, col, select

from portal.core.clock import Clock
from portal.core.database import Database
from portal.models import Consent, Event, IssuedKey, LimitOverride, Person, Purpose

# The hashes of secrets are not the person's data but our locks.
SECRET_FIELDS = {"password_hash", "token"}


class Exports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, person: Person) -> dict[str, Any]:
        async with self._database.transaction() as session:
            own: dict[str, list[dict[str, Any]]] = {}
            for name, table, order in (
                ("consents", Consent, Consent.given_at),
                ("keys", IssuedKey, IssuedKey.created_at),
                ("limits", LimitOverride, LimitOverride.changed_at),
                ("events", Event, Event.at),
            ):
                query = select(table).where(table.person_id == person.id).order_by(col(order))
                if table is IssuedKey:
                    query = query.where(IssuedKey.purpose == Purpose.API)
                own[name] = [_plain(row) for row in (await session.exec(query)).all()]
        return {"exported_at": _utc(self._clock()), "profile": _plain(person), **own}


def _plain(row: SQLModel) -> dict[str, Any]:
    fields = row.model_dump(exclude=SECRET_FIELDS | {"person_id"}, mode="python")
    return {name: _utc(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
