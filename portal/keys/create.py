"""A key for somebody with an account; the terms are accepted once for each version."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import BadInput
from portal.core.rates import RateLimiter
from portal.core.text import LINES, ONE_LINE
from portal.keys.issue import KeyIssuer, KeyReveal
from portal.keys.making import counted_change
from portal.keys.meters import KeyMeters
from portal.models import Consent, Document, Person

MAX_NAME_LENGTH = 60
MAX_DESCRIPTION_LENGTH = 300
DEFAULT_NAME = "My key"
TERMS_NEEDED = "Please accept the terms of use; we can't issue a key without that."


Name = Annotated[str, StringConstraints(max_length=MAX_NAME_LENGTH), ONE_LINE]
Description = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION_LENGTH), LINES]


class CreateRequest(BaseModel):
    """What a person sends; unknown fields are refused, so that nobody believes to have chosen a team or a limit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[Name, AfterValidator(lambda name: name or DEFAULT_NAME)] = DEFAULT_NAME
    description: Description = ""
    accept_terms: bool = Field(default=False, description="needed once for each version of the terms")


class Creations:
    def __init__(
        self,
        database: Database,
        issuer: KeyIssuer,
        limiter: RateLimiter,
        *,
        rate: str,
        terms_version: str,
        meters: KeyMeters,
        clock: Clock,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._limiter = limiter
        self._rate = rate
        self._terms_version = terms_version
        self._meters = meters
        self._clock = clock

    async def create(self, person: Person, request: CreateRequest, *, ip: str) -> KeyReveal:
        with self._meters.refusals():
            return await self._create(person, request, ip)

    async def has_accepted_terms(self, person_id: UUID) -> bool:
        async with self._database.transaction() as session:
            return await has_accepted_terms(session, person_id, self._terms_version)

    async def _create(self, person: Person, request: CreateRequest, ip: str) -> KeyReveal:
        consent = None
        if not await self.has_accepted_terms(person.id):
            if not request.accept_terms:
                raise BadInput(TERMS_NEEDED, fields={"accept_terms": TERMS_NEEDED})
            consent = terms_consent(person, self._terms_version, self._clock)
        async with counted_change(self._limiter, self._rate, person.id):
            return await self._issuer.issue(
                person, name=request.name, description=request.description, consent=consent, ip=ip
            )


async def has_accepted_terms(session: AsyncSession, person_id: UUID, version: str) -> bool:
    """In this version and not withdrawn."""
    given = exists().where(
        col(Consent.person_id) == person_id,
        col(Consent.document) == Document.TERMS,
        col(Consent.version) == version,
        col(Consent.withdrawn_at).is_(None),
    )
    return bool((await session.exec(select(given))).one())


def terms_consent(person: Person, version: str, clock: Clock) -> Consent:
    return Consent(person_id=person.id, document=Document.TERMS, version=version, given_at=clock())
