"""People who sign in with Auth0, known by their `sub` and never by an e-mail address, which proves nothing."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from portal.accounts.events import record
from portal.clients.auth0_messages import Profile
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.models import Action, Kind, Person

log = get_logger()

MAX_LENGTH = 254


class Auth0People:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, profile: Profile, *, ip: str) -> Person:
        """The person behind the `sub`, new or known, with what Auth0 says of them today."""
        new = Person(kind=Kind.AUTH0, subject=profile.sub, created_at=self._clock())
        add_if_new = (
            insert(Person)
            .values(new.model_dump())
            .on_conflict_do_nothing(index_elements=["subject"])
            .returning(col(Person.id))
        )
        theirs = (
            select(Person)
            .where(Person.subject == profile.sub, Person.kind == Kind.AUTH0)
            .with_for_update(key_share=True)
        )
        async with self._database.transaction() as session:
            # Two tabs may be the first at the same time.
            is_new = (await session.exec(add_if_new)).first() is not None
            person = (await session.exec(theirs)).one()
            person.name = _line(profile.name)
            person.email = _line(profile.email)
            person.is_email_verified = bool(person.email) and profile.email_verified
            session.add(person)
            if is_new:
                record(session, person.id, Action.REGISTERED, self._clock(), ip=ip)
                log.info("accounts.registered", person_id=str(person.id), kind=Kind.AUTH0)
        return person

    async def is_known_as(self, person_id: UUID, sub: str) -> bool:
        async with self._database.transaction() as session:
            person = await session.get(Person, person_id)
        return person is not None and person.subject == sub


def _line(text: str | None) -> str | None:
    """Names come from people: one line of printable characters, of a length that fits a page."""
    return "".join(character for character in text or "" if character.isprintable()).strip()[:MAX_LENGTH] or None
