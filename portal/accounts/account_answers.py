"""An account as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from portal.accounts.consent import ConsentState
from portal.accounts.event_list import EventPage, sentence
from portal.models import Action, Kind, Person


class AccountAnswer(BaseModel):
    id: UUID
    kind: Kind
    email: str | None
    is_email_verified: bool
    name: str | None
    is_operator: bool
    created_at: datetime

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls.model_validate(person.model_dump())


class TermsAnswer(BaseModel):
    """`version` is the present one; `accepted_version` may be older, and then the terms ask to be accepted again."""

    version: str
    accepted_version: str | None
    accepted_at: datetime | None
    is_current: bool


class MarketingAnswer(BaseModel):
    given: bool
    given_at: datetime | None
    withdrawn_at: datetime | None


class ConsentAnswer(BaseModel):
    terms: TermsAnswer
    marketing: MarketingAnswer

    @classmethod
    def of(cls, state: ConsentState) -> Self:
        terms, marketing = state.terms, state.marketing
        return cls(
            terms=TermsAnswer(
                version=state.version,
                accepted_version=terms.version if terms else None,
                accepted_at=terms.given_at if terms else None,
                is_current=state.is_current,
            ),
            marketing=MarketingAnswer(
                given=state.has_marketing,
                given_at=marketing.given_at if marketing else None,
                withdrawn_at=marketing.withdrawn_at if marketing else None,
            ),
        )


class EventAnswer(BaseModel):
    """`network` is as much of the address as we keep."""

    at: datetime
    action: Action
    text: str
    network: str | None
    details: dict[str, str]


class EventsAnswer(BaseModel):
    events: Sequence[EventAnswer]
    page: int
    has_more: bool

    @classmethod
    def of(cls, page: EventPage) -> Self:
        events = [EventAnswer(text=sentence(event), **event.model_dump()) for event in page.events]
        return cls(events=events, page=page.number, has_more=page.has_more)
