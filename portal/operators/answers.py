"""The operators' JSON: what the pages show, in models."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from litellm_config.publications import InstanceState
from portal.clients.litellm_spend import Counts
from portal.keys.working import KeyState
from portal.models import Action, Document, Kind, Person
from portal.operators.audit import AuditRow
from portal.operators.hygiene import KeyList, ListedKey
from portal.operators.keys import KeyRow
from portal.operators.overview import OperatorOverview
from portal.operators.paging import Page
from portal.operators.person import PersonDetails


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PageAnswer(Answer):
    """`total` is how many there are on all pages."""

    page: int
    pages: int
    total: int

    @staticmethod
    def numbers(page: Page[Any]) -> dict[str, int]:
        return {"page": page.number, "pages": page.count, "total": page.total}


class PersonAnswer(Answer):
    id: UUID
    kind: Kind
    email: str | None
    is_email_verified: bool
    name: str | None
    is_operator: bool
    blocked_at: datetime | None
    created_at: datetime


class PeopleAnswer(PageAnswer):
    people: Sequence[PersonAnswer]

    @classmethod
    def of(cls, page: Page[Person]) -> "PeopleAnswer":
        return cls(people=[PersonAnswer.model_validate(one) for one in page.rows], **cls.numbers(page))


class KeyRowAnswer(Answer):
    """`is_blocked`: this key alone, whatever its person is."""

    id: UUID
    name: str
    preview: str
    team: str
    state: KeyState
    is_blocked: bool
    created_at: datetime
    expires_at: datetime | None
    person_id: UUID


class FoundKeysAnswer(PageAnswer):
    keys: Sequence[KeyRowAnswer]

    @classmethod
    def of(cls, page: Page[KeyRow]) -> "FoundKeysAnswer":
        return cls(keys=[KeyRowAnswer.model_validate(one) for one in page.rows], **cls.numbers(page))


class SearchAnswer(Answer):
    people: PeopleAnswer
    keys: FoundKeysAnswer


class ListedKeyAnswer(Answer):
    """`key` is null for a key that this portal did not make."""

    key: KeyRowAnswer | None
    name: str
    hint: str
    last_used_at: datetime | None


class KeyListAnswer(PageAnswer):
    list: KeyList
    keys: Sequence[ListedKeyAnswer]

    @classmethod
    def of(cls, which: KeyList, page: Page[ListedKey]) -> "KeyListAnswer":
        keys = [ListedKeyAnswer.model_validate(one) for one in page.rows]
        return cls(list=which, keys=keys, **cls.numbers(page))


class EventAnswer(Answer):
    id: UUID
    at: datetime
    action: Action
    person_id: UUID
    actor_id: UUID | None
    network: str | None
    details: dict[str, str]


class EventsAnswer(PageAnswer):
    events: Sequence[EventAnswer]

    @classmethod
    def of(cls, page: Page[AuditRow]) -> "EventsAnswer":
        return cls(events=[EventAnswer.model_validate(one) for one in page.rows], **cls.numbers(page))


class CountsAnswer(Answer):
    """`requests` holds the `failures`; `spend` is in US dollars."""

    requests: int
    failures: int
    tokens_in: int
    tokens_out: int
    spend: Decimal


class DayAnswer(CountsAnswer):
    day: date


class PersonKeyAnswer(KeyRowAnswer):
    spend: Decimal | None
    last_used_at: datetime | None


class ConsentAnswer(Answer):
    document: Document
    version: str
    given_at: datetime
    withdrawn_at: datetime | None


class OverrideAnswer(Answer):
    """What is null follows the policy of the person's kind."""

    active_keys: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    parallel_requests: int | None = None
    budget_usd: Decimal | None = None


class PersonDetailsAnswer(PersonAnswer):
    """`usage` is null when the gateway does not answer."""

    policy: dict[str, Any]
    override: OverrideAnswer
    consents: Sequence[ConsentAnswer]
    keys: Sequence[PersonKeyAnswer]
    usage: Sequence[DayAnswer] | None

    @classmethod
    def of_details(cls, details: PersonDetails) -> "PersonDetailsAnswer":
        keys = [
            KeyRowAnswer.model_validate(one.key).model_dump() | {"spend": one.spend, "last_used_at": one.last_used_at}
            for one in details.keys
        ]
        return cls(
            **PersonAnswer.model_validate(details.person).model_dump(),
            policy={"active_keys": details.policy.active_keys, **details.policy.limits},
            override=OverrideAnswer.model_validate(details.override) if details.override else OverrideAnswer(),
            consents=[ConsentAnswer.model_validate(one) for one in details.consents],
            keys=[PersonKeyAnswer(**one) for one in keys],
            usage=None if details.days is None else [DayAnswer(day=day, **counted(one)) for day, one in details.days],
        )


class ClaimsAnswer(Answer):
    day: date
    claims: Mapping[Kind, int]


class TopPersonAnswer(CountsAnswer):
    id: UUID | None
    name: str


class TopModelAnswer(CountsAnswer):
    model: str


class MistakeAnswer(Answer):
    """`line` counts from 1, and is null where no line is to blame."""

    file: str
    line: int | None
    reason: str


class GatewayAnswer(Answer):
    """One `portal gateway`; `version` is that of the model catalogue it has applied.

    `mistakes` are those of the catalogue as it is now: while there are any, the one before goes on.
    """

    id: str
    state: InstanceState
    version: str | None
    applied_at: datetime | None
    seen_at: datetime
    mistakes: Sequence[MistakeAnswer]


class OverviewAnswer(Answer):
    """The tops are null when the gateway does not answer, `gateways` when Redis does not."""

    claims: Sequence[ClaimsAnswer]
    people: Mapping[Kind, int]
    blocked_people: int
    active_keys: int
    top_people: Sequence[TopPersonAnswer] | None
    top_models: Sequence[TopModelAnswer] | None
    parts: Mapping[str, str]
    gateways: Sequence[GatewayAnswer] | None

    @classmethod
    def of(cls, overview: OperatorOverview) -> "OverviewAnswer":
        tops = overview.tops
        people = tops and [TopPersonAnswer(id=one.id, name=one.name, **counted(one.counts)) for one in tops.people]
        return cls(
            claims=[ClaimsAnswer(day=day, claims=claims) for day, claims in overview.claims],
            people=overview.people,
            blocked_people=overview.blocked_people,
            active_keys=overview.active_keys,
            top_people=people,
            top_models=tops and [TopModelAnswer(model=model, **counted(counts)) for model, counts in tops.models],
            parts=overview.parts,
            gateways=overview.gateways and [GatewayAnswer.model_validate(one) for one in overview.gateways],
        )


def counted(counts: Counts) -> dict[str, Any]:
    return CountsAnswer.model_validate(counts).model_dump()
