"""A person's events as they read them: newest first, a page at a time, each as a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from portal.core.database import Database
from portal.models import Action, Event

PAGE_SIZE = 50

SENTENCES: Mapping[Action, str] = {
    Action.REGISTERED: "Account created",
    Action.SIGNED_IN: "Signed in",
    Action.SIGNED_OUT: "Signed out",
    Action.SIGNED_OUT_EVERYWHERE: "Signed out everywhere",
    Action.PASSWORD_CHANGED: "Password changed",
    Action.PROFILE_CHANGED: "Name changed",
    Action.CONSENT_GIVEN: "Agreed to",
    Action.CONSENT_WITHDRAWN: "Withdrew from",
    Action.BLOCKED: "Account blocked",
    Action.UNBLOCKED: "Account unblocked",
    Action.OPERATOR_GRANTED: "Became an operator",
    Action.OPERATOR_REVOKED: "Stopped being an operator",
    Action.LIMITS_CHANGED: "Limits changed",
    Action.KEY_ISSUED: "Key created",
    Action.KEY_RENAMED: "Key renamed",
    Action.KEY_ROTATED: "Key rotated",
    Action.KEY_REVOKED: "Key revoked",
    Action.KEY_BLOCKED: "Key blocked",
    Action.KEY_UNBLOCKED: "Key unblocked",
}
DOCUMENTS = {"terms": "the terms of use", "marketing": "news by e-mail"}


@dataclass(frozen=True)
class EventPage:
    """`number` counts from 1."""

    events: Sequence[Event]
    number: int
    has_more: bool


class EventList:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person_id: UUID, *, page: int = 1, size: int = PAGE_SIZE) -> EventPage:
        query = (
            select(Event)
            .where(Event.person_id == person_id)
            .order_by(col(Event.at).desc(), col(Event.id))
            .offset((page - 1) * size)
            .limit(size + 1)
        )
        async with self._database.transaction() as session:
            rows = (await session.exec(query)).all()
        return EventPage(rows[:size], page, has_more=len(rows) > size)


def sentence(event: Event) -> str:
    text = SENTENCES[event.action]
    document = event.details.get("document")
    if document:
        text = f"{text} {DOCUMENTS.get(document, document)}"
    if event.details.get("version"):
        text = f"{text}, version {event.details['version']}"
    if event.details.get("name"):
        text = f"{text}: “{event.details['name']}”"
    if event.actor_id:
        text = f"{text} (by an operator)"
    return f"{text}, because: {event.details['reason']}" if event.details.get("reason") else text
