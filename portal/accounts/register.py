"""A new local account."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, SecretStr, field_validator
from pydantic_core.core_schema import ValidationInfo
from sqlalchemy.exc import IntegrityError

from portal.accounts.attempts import SignInAttempts
from portal.accounts.consent import Consents
from portal.accounts.events import record
from portal.accounts.local_accounts import LocalAccounts, SignedIn
from portal.accounts.password import Passwords, weakness
from portal.accounts.profile import PersonName
from portal.accounts.sign_in import SignIns
from portal.clients.captcha import MAX_ANSWER_LENGTH, Captcha
from portal.core.clock import Clock
from portal.core.database import Database
from portal.models import Action, Document, Kind, Person


def _must_be_accepted(accepted: bool) -> bool:  # noqa: FBT001 - pydantic calls it
    if not accepted:
        raise ValueError("Please accept the terms of use; there is no account without them.")
    return accepted


class NewAccount(BaseModel):
    """What every local account has; unknown fields are refused, so that nobody believes to have chosen a role."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr
    password: SecretStr
    name: PersonName = ""

    @field_validator("password", mode="after")
    @classmethod
    def strong_enough(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        found = weakness(password.get_secret_value(), info.data.get("email"))
        if found:
            raise ValueError(found)
        return password

    def person(self, password_hash: str, at: datetime) -> Person:
        return Person(
            kind=Kind.LOCAL, email=self.email, name=self.name or None, password_hash=password_hash, created_at=at
        )


class RegisterRequest(NewAccount):
    accept_terms: Annotated[bool, AfterValidator(_must_be_accepted)]
    marketing: bool = False
    captcha: str = Field("", max_length=MAX_ANSWER_LENGTH, description="the CAPTCHA's answer; ignored where it is off")


class Registrations:
    """Registering an e-mail address that has an account already is an attempt to sign in to it.

    We send no e-mail, so there is no quiet channel to its owner, and pretending that a new account is ready would be a
    lie that shows at the next sign-in. With the right password the person is in; with a wrong one the answer is the
    one that a sign-in gets for an unknown address, after as long. That no account came of it can't be hidden, but
    each look costs a CAPTCHA and one of the few registrations of a network, and leaves an account where there was none.
    """

    def __init__(
        self,
        *,
        database: Database,
        accounts: LocalAccounts,
        passwords: Passwords,
        consents: Consents,
        attempts: SignInAttempts,
        sign_ins: SignIns,
        captcha: Captcha,
        clock: Clock,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._passwords = passwords
        self._consents = consents
        self._attempts = attempts
        self._sign_ins = sign_ins
        self._captcha = captcha
        self._clock = clock

    async def register(self, request: RegisterRequest, *, old_token: str | None, ip: str) -> SignedIn:
        """Raises `CredentialsRefused`, `LimitReached`, or what the CAPTCHA raises."""
        async with self._attempts.counted(request.email, ip):
            await self._captcha.verify(request.captcha, ip=ip)
            async with self._attempts.registration(ip):
                person = await self._known_or_new(request, ip)
        return SignedIn(person, await self._sign_ins.complete(person, old_token=old_token, ip=ip))

    async def _known_or_new(self, request: RegisterRequest, ip: str) -> Person:
        password = request.password.get_secret_value()
        known = await self._accounts.find(request.email)
        if known:
            return await self._accounts.verified(known, password)
        person = request.person(await self._passwords.hash(password), self._clock())
        try:
            await self._add(person, marketing=request.marketing, ip=ip)
        except IntegrityError:
            # Somebody took the address a moment ago, perhaps this person's second click.
            return await self._accounts.verified(await self._accounts.find(request.email), password)
        return person

    async def _add(self, person: Person, *, marketing: bool, ip: str) -> None:
        async with self._database.transaction() as session:
            session.add(person)
            await session.flush()
            record(session, person.id, Action.REGISTERED, person.created_at, ip=ip)
            self._consents.give(session, person.id, Document.TERMS, person.created_at, ip=ip)
            if marketing:
                self._consents.give(session, person.id, Document.MARKETING, person.created_at, ip=ip)
