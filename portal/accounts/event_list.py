"""A person's events as they read them: newest first, a page at a time, each as a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from portal.core.database import Database
from portal.models import Action, Event

PAGE_SIZE = 50

SENTENCES: Mapping[Action, str] = {
    Action.REGISTERED: "The account was made",
    Action.SIGNED_IN: "Signed in",
    Action.SIGNED_OUT: "Signed out",
    Action.SIGNED_OUT_EVERYWHERE: "Signed out everywhere",
    Action.PASSWORD_CHANGED: "The password was changed",
    Action.PROFILE_CHANGED: "The name was changed",
    Action.CONSENT_GIVEN: "Agreed to",
    Action.CONSENT_WITHDRAWN: "Withdrew from",
    Action.BLOCKED: "The account was blocked",
    Action.UNBLOCKED: "The account was unblocked",
    Action.OPERATOR_GRANTED: "Became an operator",
    Action.OPERATOR_REVOKED: "Stopped being an operator",
    Action.LIMITS_CHANGED: "The limits of the account were changed",
    Action.KEY_ISSUED: "A key was made",
    Action.KEY_RENAMED: "A key was renamed",
    Action.KEY_ROTATED: "A key was rotated",
    Action.KEY_REVOKED: "A key was revoked",
    Action.KEY_BLOCKED: "A key was blocked",
    Action.KEY_UNBLOCKED: "A key was unblocked",
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
    return f"{text} (by an operator)" if event.actor_id else text
