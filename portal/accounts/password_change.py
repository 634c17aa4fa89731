"""A new password for a local account; every session that was open ends."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from portal.accounts.attempts import PasswordRefused, SignInAttempts
from portal.accounts.events import record
from portal.accounts.password import Password, Passwords, weakness
from portal.accounts.session import Sessions
from portal.core.clock import Clock
from portal.core.database import ROW_LOCK, Database
from portal.core.errors import BadInput, Conflict, SignInNeeded
from portal.models import Action, Person


class NoPassword(Conflict):
    code = "no_password"
    title = "There is no password here"

    def __init__(self) -> None:
        super().__init__("You sign in without a password of ours, so there is none to change here.")


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: Password


class PasswordChanges:
    def __init__(
        self, database: Database, passwords: Passwords, attempts: SignInAttempts, sessions: Sessions, clock: Clock
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._sessions = sessions
        self._clock = clock

    async def change(self, person: Person, wanted: PasswordChange, *, ip: str) -> str:
        """The token of the one session that goes on. Raises `NoPassword`, `PasswordRefused`, `BadInput`."""
        if person.password_hash is None or person.email is None:
            raise NoPassword
        new = wanted.new_password.get_secret_value()
        weak = weakness(new, person.email)
        if weak:
            raise BadInput(weak, fields={"new_password": weak})
        async with self._attempts.counted(person.email, ip):
            current = await self._passwords.verify(wanted.current_password.get_secret_value(), person.password_hash)
            if not current.is_right:
                raise PasswordRefused
        hashed = await self._passwords.hash(new)
        await set_password(self._database, self._sessions, person, hashed, self._clock(), ip=ip)
        return await self._sessions.start(person)


async def set_password(
    database: Database, sessions: Sessions, person: Person, hashed: str, at: datetime, *, ip: str | None = None
) -> None:
    """Sessions end before the commit, so that there is never a new password beside an old session."""
    async with database.transaction() as session:
        row = await session.get(Person, person.id, with_for_update=ROW_LOCK)
        if row is None:
            raise SignInNeeded
        row.password_hash = hashed
        record(session, row.id, Action.PASSWORD_CHANGED, at, ip=ip)
        await session.flush()
        await sessions.end_all(row.id)
