"""A key without an account: terms, limits, CAPTCHA, key, and a session that remembers whose it is."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, field_validator

from portal.accounts.session import Session
from portal.clients.captcha import MAX_ANSWER_LENGTH
from portal.clients.gateway_status import GatewayStatus
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import NotAllowed
from portal.core.settings import Settings
from portal.keys.create import DEFAULT_NAME, TERMS_NEEDED, Description, Name, has_accepted_terms, terms_consent
from portal.keys.issue import KeyIssuer, KeyReveal
from portal.keys.meters import KeyMeters
from portal.keys.newcomers import Newcomers
from portal.models import Consent, Kind, Person

SORRY = "No more keys can be issued to your {} for now. Please come back later."


class AccountSignedIn(NotAllowed):
    """With an account keys are made under its policy; a claim would go round the fresh sign-in."""

    code = "account_signed_in"
    title = "You have an account"

    def __init__(self) -> None:
        super().__init__("You are signed in, so get your key on the page of your keys.")


class ClaimRequest(BaseModel):
    """What a person sends; unknown fields are refused, so that nobody believes to have chosen a team or a limit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[Name, AfterValidator(lambda name: name or DEFAULT_NAME)] = DEFAULT_NAME
    description: Description = ""
    email: EmailStr | None = None
    accept_terms: bool
    captcha: str = Field("", max_length=MAX_ANSWER_LENGTH, description="the CAPTCHA's answer; ignored where it is off")

    @field_validator("email", mode="before")
    @classmethod
    def empty_is_none(cls, email: object) -> object:
        return None if isinstance(email, str) and not email.strip() else email

    @field_validator("accept_terms", mode="after")
    @classmethod
    def terms_accepted(cls, accepted: bool) -> bool:  # noqa: FBT001 - pydantic calls it
        if not accepted:
            raise ValueError(TERMS_NEEDED)
        return accepted


@dataclass(frozen=True)
class Claimed:
    """`session_token` is set when the person is new to us and gets a cookie."""

    reveal: KeyReveal
    session_token: str | None


class Claims:
    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        gateway: GatewayStatus,
        issuer: KeyIssuer,
        newcomers: Newcomers,
        meters: KeyMeters,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._gateway = gateway
        self._issuer = issuer
        self._newcomers = newcomers
        self._meters = meters
        self._clock = clock

    async def claim(
        self, request: ClaimRequest, session: Session | None, *, browser: str | None, ip: str, network: str
    ) -> Claimed:
        """A claim that fails counts as an attempt only, and not even that while the gateway can't issue anything."""
        with self._meters.refusals():
            async with self._newcomers.only_tab(browser, session):
                return await self._claim(request, session, ip, network)

    async def _claim(self, request: ClaimRequest, session: Session | None, ip: str, network: str) -> Claimed:
        if session and session.has_account:
            raise AccountSignedIn
        if not await self._gateway.is_there():
            raise ProxyUnavailable(reached=False)
        await self._newcomers.check(request.captcha, ip=ip, network=network)
        try:
            return await self._issue(request, session, ip, network)
        except ProxyUnavailable as error:
            if not error.reached:
                await self._newcomers.forget_attempt(network)
            raise

    async def _issue(self, request: ClaimRequest, session: Session | None, ip: str, network: str) -> Claimed:
        person, consent = await self._person(request, session)
        counted = self._newcomers.counted(network, session, sorry=SORRY)
        async with counted, self._newcomers.session(person, session) as token:
            reveal = await self._issuer.issue(
                person, name=request.name, description=request.description, consent=consent, ip=ip
            )
        return Claimed(reveal, token)

    async def _person(self, request: ClaimRequest, session: Session | None) -> tuple[Person, Consent | None]:
        """Known by the session, or new; with the consent that is still to be recorded."""
        version = self._settings.terms_version
        async with self._database.transaction() as transaction:
            known = await transaction.get(Person, session.person_id) if session else None
            if known and await has_accepted_terms(transaction, known.id, version):
                return known, None
        person = known or Person(kind=Kind.PERMISSIONLESS, email=request.email, created_at=self._clock())
        return person, terms_consent(person, version, self._clock)
