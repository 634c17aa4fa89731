"""Local accounts: found by e-mail address, entered with a password."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, EmailStr, SecretStr
from sqlalchemy import func, update
from sqlmodel import col, select

from portal.accounts.attempts import CredentialsRefused, SignInAttempts
from portal.accounts.password import Passwords
from portal.accounts.sign_in import SignIns
from portal.core.database import Database
from portal.models import Kind, Person


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    password: SecretStr


@dataclass(frozen=True)
class SignedIn:
    """`token` goes into the cookie and nowhere else."""

    person: Person
    token: str


class LocalAccounts:
    def __init__(self, database: Database, passwords: Passwords, attempts: SignInAttempts, sign_ins: SignIns) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts
        self._sign_ins = sign_ins

    async def sign_in(self, credentials: Credentials, *, old_token: str | None, ip: str) -> SignedIn:
        """Raises `CredentialsRefused`, `LimitReached` or `PersonBlocked`."""
        async with self._attempts.counted(credentials.email, ip):
            found = await self.find(credentials.email)
            person = await self.verified(found, credentials.password.get_secret_value())
        return SignedIn(person, await self._sign_ins.complete(person, old_token=old_token, ip=ip))

    async def find(self, email: str) -> Person | None:
        """The index on lower(email) makes this one person at most, whatever the case it was typed in."""
        wanted = select(Person).where(Person.kind == Kind.LOCAL, func.lower(col(Person.email)) == func.lower(email))
        async with self._database.transaction() as session:
            return (await session.exec(wanted)).first()

    async def verified(self, person: Person | None, password: str) -> Person:
        """The person whose password it is; as slow for nobody as for somebody. Raises `CredentialsRefused`."""
        found = await self._passwords.verify(password, person.password_hash if person else None)
        if person is None or not found.is_right:
            raise CredentialsRefused
        if found.better_hash:
            await self._keep(person, found.better_hash)
        return person

    async def _keep(self, person: Person, better_hash: str) -> None:
        statement = (
            update(Person)
            .where(col(Person.id) == person.id, col(Person.password_hash) == person.password_hash)
            .values(password_hash=better_hash)
        )
        async with self._database.transaction() as session:
            await session.exec(statement)
