"""A visit: somebody without an account who came to chat. They have a session, the terms, and no key yet."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from portal.accounts.consent import Consents
from portal.clients.captcha import MAX_ANSWER_LENGTH
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.keys.newcomers import Newcomers
from portal.models import Document, Kind, Person

TERMS_NEEDED = "Please accept the terms of use; we can't let you chat without that."
SORRY = "Too many people came to chat from your {} today. Please come back later, or sign in."


class AlreadyKnown(Conflict):
    code = "already_known"
    title = "You are in already"

    def __init__(self) -> None:
        super().__init__("You can chat already in this browser. Please reload the page.")


def _must_be_accepted(accepted: bool) -> bool:  # noqa: FBT001 - pydantic calls it
    if not accepted:
        raise ValueError(TERMS_NEEDED)
    return accepted


class VisitRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accept_terms: Annotated[bool, AfterValidator(_must_be_accepted)]
    captcha: str = Field("", max_length=MAX_ANSWER_LENGTH, description="the CAPTCHA's answer; ignored where it is off")


class Visits:
    def __init__(self, database: Database, newcomers: Newcomers, consents: Consents, clock: Clock) -> None:
        self._database = database
        self._newcomers = newcomers
        self._consents = consents
        self._clock = clock

    async def begin(self, request: VisitRequest, *, browser: str | None, ip: str, network: str) -> tuple[Person, str]:
        """The new person, and the token for their cookie. It counts like a key without an account, because a new
        person comes with a budget of their own.
        """
        async with self._newcomers.only_tab(browser, None):
            await self._newcomers.check(request.captcha, ip=ip, network=network)
            person = Person(kind=Kind.PERMISSIONLESS, created_at=self._clock())
            counted = self._newcomers.counted(network, None, sorry=SORRY)
            async with counted, self._newcomers.session(person, None) as token:
                await self._add(person, ip)
        assert token  # noqa: S101 - a new person has no session yet
        return person, token

    async def _add(self, person: Person, ip: str) -> None:
        async with self._database.transaction() as session:
            session.add(person)
            await session.flush()
            self._consents.give(session, person.id, Document.TERMS, person.created_at, ip=ip)
