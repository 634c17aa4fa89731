"""What a person agreed to: the terms in their present version, and marketing if they like."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.events import record
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import BadInput
from portal.models import Action, Consent, Document, Person

NO_WITHDRAWAL = "Without the terms there is no account. To withdraw from them, delete your account."


class ConsentChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    accept_terms: bool | None = None
    marketing: bool | None = None


@dataclass(frozen=True)
class ConsentState:
    """`terms` and `marketing` are the latest that was given; `version` is the one that the terms have now."""

    version: str
    terms: Consent | None
    marketing: Consent | None

    @property
    def is_current(self) -> bool:
        return self.terms is not None and self.terms.version == self.version

    @property
    def has_marketing(self) -> bool:
        return self.marketing is not None and self.marketing.withdrawn_at is None


class Consents:
    def __init__(self, database: Database, clock: Clock, terms_version: str) -> None:
        self._database = database
        self._clock = clock
        self._version = terms_version

    def give(self, session: AsyncSession, person_id: UUID, document: Document, at: datetime, *, ip: str | None) -> None:
        session.add(Consent(person_id=person_id, document=document, version=self._version, given_at=at))
        record(session, person_id, Action.CONSENT_GIVEN, at, ip=ip, document=document, version=self._version)

    async def of(self, person_id: UUID) -> ConsentState:
        async with self._database.transaction() as session:
            return await self._state(session, person_id)

    async def change(self, person_id: UUID, wanted: ConsentChange, *, ip: str) -> ConsentState:
        """Asking for what is already so changes nothing, and records nothing."""
        if wanted.accept_terms is False:
            raise BadInput(NO_WITHDRAWAL, fields={"accept_terms": NO_WITHDRAWAL})
        at = self._clock()
        async with self._database.transaction() as session:
            # Two clicks at once give one consent.
            await session.exec(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
            before = await self._state(session, person_id)
            if wanted.accept_terms and not before.is_current:
                self.give(session, person_id, Document.TERMS, at, ip=ip)
            if wanted.marketing and not before.has_marketing:
                self.give(session, person_id, Document.MARKETING, at, ip=ip)
            if wanted.marketing is False and before.marketing and before.has_marketing:
                before.marketing.withdrawn_at = at
                record(session, person_id, Action.CONSENT_WITHDRAWN, at, ip=ip, document=Document.MARKETING)
            await session.flush()
            return await self._state(session, person_id)

    async def _state(self, session: AsyncSession, person_id: UUID) -> ConsentState:
        given = select(Consent).where(Consent.person_id == person_id).order_by(col(Consent.given_at))
        latest = {row.document: row for row in await session.exec(given)}
        return ConsentState(self._version, latest.get(Document.TERMS), latest.get(Document.MARKETING))
