"""What operators did, and what happened to one person; newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal.core.database import Database
from portal.models import Action, Event, Person
from portal.operators.keys import person_label
from portal.operators.paging import Page, page_of

OPERATOR_ACTIONS = (
    Action.BLOCKED,
    Action.UNBLOCKED,
    Action.LIMITS_CHANGED,
    Action.SIGNED_OUT_EVERYWHERE,
    Action.KEY_BLOCKED,
    Action.KEY_UNBLOCKED,
    Action.KEY_REVOKED,
)


@dataclass(frozen=True)
class AuditRow:
    """`actor` is `None` where the person did it themselves; a deleted operator keeps the id."""

    id: UUID
    at: datetime
    action: Action
    person_id: UUID
    person: str
    actor_id: UUID | None
    actor: str | None
    network: str | None
    details: dict[str, str]


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def operator_events(self, number: int, person_id: UUID | None, action: Action | None) -> Page[AuditRow]:
        statement = select(Event).where(col(Event.actor_id).is_not(None)).order_by(col(Event.at).desc(), col(Event.id))
        if person_id:
            statement = statement.where(Event.person_id == person_id)
        if action:
            statement = statement.where(Event.action == action)
        return await self._page(statement, number)

    async def of_person(self, person_id: UUID, number: int = 1) -> Page[AuditRow]:
        of_them = select(Event).where(Event.person_id == person_id)
        return await self._page(of_them.order_by(col(Event.at).desc(), col(Event.id)), number)

    async def _page(self, statement: SelectOfScalar[Event], number: int) -> Page[AuditRow]:
        async with self._database.transaction() as session:
            page = await page_of(session, statement, number)
            return page.of(await _rows(session, page.rows))


async def _rows(session: AsyncSession, events: Sequence[Event]) -> list[AuditRow]:
    ids = {event.person_id for event in events} | {event.actor_id for event in events if event.actor_id}
    people = (await session.exec(select(Person).where(col(Person.id).in_(ids)))).all()
    names = {person.id: person_label(person) for person in people}
    return [
        AuditRow(
            id=event.id,
            at=event.at,
            action=Action(event.action),
            person_id=event.person_id,
            person=names[event.person_id],
            actor_id=event.actor_id,
            actor=names.get(event.actor_id, str(event.actor_id)) if event.actor_id else None,
            network=event.network,
            details=event.details,
        )
        for event in events
    ]
