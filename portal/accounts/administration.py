"""Accounts as an operator changes them from the command line: no session, no CAPTCHA, no count."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.events import record
from portal.accounts.password import Passwords
from portal.accounts.password_change import set_password
from portal.accounts.register import NewAccount
from portal.accounts.session import Sessions
from portal.core import cache
from portal.core.clock import Clock, now
from portal.core.database import Database
from portal.core.errors import Conflict, NotFound
from portal.core.settings import Settings
from portal.models import Action, Kind, Person
from portal.web.forms import parsed

ACCOUNT_KINDS = [kind for kind in Kind if kind.has_account]


class Administration:
    """Each method says whether the person's e-mail address was verified."""

    def __init__(self, database: Database, sessions: Sessions, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    async def create(self, email: str, password: str, *, name: str = "") -> bool:
        """Raises `BadInput`, or `Conflict` when there is such an account. The terms are asked for at sign-in."""
        wanted = parsed(NewAccount, {"email": email, "password": password, "name": name})
        person = wanted.person(await self._passwords.hash(password), self._clock())
        try:
            async with self._database.transaction() as session:
                session.add(person)
                await session.flush()
                record(session, person.id, Action.REGISTERED, person.created_at)
        except IntegrityError as error:
            raise Conflict(f"There is a local account with the address {wanted.email}.") from error
        return person.is_email_verified

    async def reset_password(self, email: str, password: str) -> bool:
        """Raises `BadInput` or `NotFound`."""
        parsed(NewAccount, {"email": email, "password": password})
        async with self._database.transaction() as session:
            person = await _only(session, email, [Kind.LOCAL])
        hashed = await self._passwords.hash(password)
        await set_password(self._database, self._sessions, person, hashed, self._clock())
        return person.is_email_verified

    async def set_operator(self, email: str, kind: str | None, *, is_operator: bool) -> bool:
        """Raises `NotFound`, or `Conflict` where the address alone does not say which account is meant."""
        kinds = [one for one in ACCOUNT_KINDS if kind in {None, one}]
        async with self._database.transaction() as session:
            person = await _only(session, email, kinds)
            if person.is_operator != is_operator:
                person.is_operator = is_operator
                action = Action.OPERATOR_GRANTED if is_operator else Action.OPERATOR_REVOKED
                record(session, person.id, action, self._clock())
        return person.is_email_verified


async def _only(session: AsyncSession, email: str, kinds: list[Kind]) -> Person:
    wanted = select(Person).where(func.lower(col(Person.email)) == func.lower(email), col(Person.kind).in_(kinds))
    found = (await session.exec(wanted)).all()
    if not found:
        raise NotFound(f"There is no {' or '.join(kinds)} account with the address {email}.")
    if len(found) > 1:
        raise Conflict(f"Several accounts have the address {email}; say --kind local or --kind auth0.")
    return found[0]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Administration]:
    database, redis = Database(settings.database_url), cache.connect(settings.redis_url)
    sessions = Sessions(redis, now, idle_ttl=settings.session_idle_ttl, max_age=settings.session_max_age)
    try:
        yield Administration(database, sessions, Passwords(), now)
    finally:
        await redis.aclose()
        await database.close()
