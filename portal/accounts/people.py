"""Who may: the people of the database, and the dependencies that a route names in its signature.

A route without one of them is public.
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from portal.accounts.cookie import CurrentSession, SessionCookie
from portal.accounts.session import Session
from portal.accounts.sign_in import PersonBlocked
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import FreshSignInNeeded, NotAllowed, NotFound, SignInNeeded
from portal.models import Kind, Person

CONFIRM_EMAIL_PATH = "/confirm-email"


class People:
    """`fresh_ttl`: so long after a sign-in a person may do what needs a fresh one."""

    def __init__(self, database: Database, clock: Clock, fresh_ttl: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._fresh_ttl = fresh_ttl

    async def find(self, person_id: UUID) -> Person | None:
        async with self._database.transaction() as session:
            return await session.get(Person, person_id)

    def is_fresh(self, session: Session) -> bool:
        return self._clock() - session.created_at < self._fresh_ttl


async def _owner(connection: HTTPConnection, session: CurrentSession) -> Person:
    """Somebody with a session, be it with an account or without.

    Without an account the session of somebody who is blocked stays: it is all that tells them from somebody new.
    """
    if session is None:
        raise SignInNeeded
    people: People = connection.app.state.people
    person = await people.find(session.person_id)
    if person and person.blocked_at and not person.kind.has_account:
        raise PersonBlocked
    if person is None or person.blocked_at:
        cookie: SessionCookie = connection.app.state.session_cookie
        await cookie.end(connection)
        raise SignInNeeded
    return person


Owner = Annotated[Person, Depends(_owner)]


async def _member(person: Owner) -> Person:
    if not person.kind.has_account:
        raise SignInNeeded
    return person


Member = Annotated[Person, Depends(_member)]


async def _fresh_owner(connection: HTTPConnection, session: CurrentSession, person: Owner) -> Person:
    """Without an account nobody can sign in again, so only accounts are asked to."""
    people: People = connection.app.state.people
    if person.kind.has_account and not (session and people.is_fresh(session)):
        raise FreshSignInNeeded
    return person


FreshOwner = Annotated[Person, Depends(_fresh_owner)]


async def _fresh_member(_: Member, person: FreshOwner) -> Person:
    return person


FreshMember = Annotated[Person, Depends(_fresh_member)]


class EmailNotVerified(NotAllowed):
    code = "email_not_verified"
    title = "Please confirm your e-mail"
    next_step = ("Check again", CONFIRM_EMAIL_PATH)

    def __init__(self) -> None:
        super().__init__(
            "We need a confirmed e-mail address before you can have a key or chat. Open the link in "
            "the e-mail from Auth0, then let us check again."
        )


def has_confirmed_email(person: Person) -> bool:
    """Auth0 knows addresses that nobody has confirmed, local accounts need no address."""
    return person.kind is not Kind.AUTH0 or person.is_email_verified


async def _verified_member(person: FreshMember) -> Person:
    """Somebody who may have keys."""
    if not has_confirmed_email(person):
        raise EmailNotVerified
    return person


VerifiedMember = Annotated[Person, Depends(_verified_member)]


async def _operator(person: Member) -> Person:
    """To everybody else there is no such page."""
    if not person.is_operator:
        raise NotFound("There is nothing at this address.")
    return person


Operator = Annotated[Person, Depends(_operator)]


async def _fresh_operator(_: Operator, person: FreshOwner) -> Person:
    return person


FreshOperator = Annotated[Person, Depends(_fresh_operator)]
