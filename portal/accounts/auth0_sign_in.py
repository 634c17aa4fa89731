"""Signing in with Auth0, as a story: set out, come back, be known; and look at the e-mail once more.

The look at the e-mail is a silent way to Auth0 and back (`prompt=none`): no token of Auth0 is ever kept here.
Every sign-in asks Auth0 for a proof no older than a fresh sign-in may be (`max_age`), for Auth0 has a session of its
own and would otherwise make a fresh one out of an old one without asking anybody anything.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from portal.accounts.auth0_pending import Pending, PendingSignIns
from portal.accounts.auth0_people import Auth0People
from portal.accounts.auth0_session_hint import SessionHints
from portal.accounts.session import Session
from portal.accounts.sign_in import SignIns
from portal.clients.auth0 import Auth0
from portal.clients.auth0_errors import SIGN_IN_PATH, Auth0Unavailable, SignInRefused
from portal.clients.auth0_messages import Identity
from portal.core.errors import PortalError
from portal.models import Person

# What Auth0 says when it can't answer without showing a page:
# https://auth0.com/docs/authenticate/login/configure-silent-authentication
NEEDS_A_PAGE = {"login_required", "consent_required", "interaction_required", "account_selection_required"}
ITS_TROUBLE = {"server_error", "temporarily_unavailable"}


@dataclass(frozen=True)
class Answer:
    """What the browser brings back from Auth0; `browser` is the digest of its name, `ip` its address."""

    state: str
    code: str
    error: str
    browser: str | None
    ip: str


@dataclass(frozen=True)
class SignedIn:
    """`session_token` is `None` after a mere look at the e-mail."""

    person: Person
    next_path: str
    session_token: str | None


class SignInPageNeeded(Exception):
    """Auth0 can't say anything silently; the person has to see its page."""

    def __init__(self, next_path: str) -> None:
        super().__init__(next_path)
        self.next_path = next_path


class Auth0SignIns:
    def __init__(
        self,
        auth0: Auth0,
        *,
        pending: PendingSignIns,
        people: Auth0People,
        sign_ins: SignIns,
        hints: SessionHints,
        fresh_ttl: timedelta,
    ) -> None:
        self._auth0 = auth0
        self._pending = pending
        self._people = people
        self._sign_ins = sign_ins
        self._hints = hints
        self._fresh_ttl = fresh_ttl

    async def set_out(self, redirect_uri: str, *, browser: str, next_path: str, again: bool) -> str:
        """Where to send the browser. `again` asks for the password whatever Auth0's own session says."""
        attempt = self._auth0.new_attempt(
            redirect_uri, prompt="login" if again else None, max_age=timedelta(0) if again else self._fresh_ttl
        )
        return await self._way_there(Pending(attempt=attempt, browser=browser, next_path=next_path))

    async def set_out_silently(self, redirect_uri: str, *, browser: str, next_path: str, person_id: UUID) -> str:
        attempt = self._auth0.new_attempt(redirect_uri, prompt="none", max_age=None)
        return await self._way_there(Pending(attempt=attempt, browser=browser, next_path=next_path, checking=person_id))

    async def come_back(self, answer: Answer, *, session: Session | None, old_token: str | None) -> SignedIn:
        """Raises `SignInRefused`, `Auth0Unavailable`, `PersonBlocked`, `SignInPageNeeded`."""
        pending = await self._pending.take(answer.state) if answer.state else None
        if pending is None:
            text = "This sign-in took longer than ten minutes, or was finished already. Please start again."
            raise SignInRefused(text, reason="unknown state")
        if answer.browser != pending.browser:
            text = "This sign-in was started in another browser. Please start again in this one."
            raise SignInRefused(text, reason="another browser")
        try:
            identity = await self._identity(answer, pending)
        except (SignInRefused, Auth0Unavailable) as error:
            error.next_step = ("Try again", sign_in_path(pending.next_path))
            raise
        if pending.checking:
            person = await self._looked_at(identity, pending.checking, session, answer.ip)
            return SignedIn(person, pending.next_path, None)
        person = await self._people.keep(identity.profile, ip=answer.ip)
        token = await self._sign_ins.complete(person, old_token=old_token, ip=answer.ip)
        if identity.session_hint:
            await self._hints.remember(token, identity.session_hint)
        return SignedIn(person, pending.next_path, token)

    async def sign_out_url(self, token: str | None, *, return_to: str) -> str:
        """Where Auth0's own session ends, and from there to `return_to`; straight there when Auth0 is away.

        Ours must have ended before.
        """
        hint = await self._hints.take(token) if token else None
        try:
            return await self._auth0.sign_out_url(session_hint=hint, return_to=return_to) or return_to
        except Auth0Unavailable:
            return return_to

    async def _way_there(self, pending: Pending) -> str:
        try:
            return await self._auth0.sign_in_url(pending.attempt, await self._pending.remember(pending))
        except PortalError as error:
            error.next_step = ("Try again", sign_in_path(pending.next_path))
            raise

    async def _identity(self, answer: Answer, pending: Pending) -> Identity:
        if answer.error in NEEDS_A_PAGE and pending.checking:
            raise SignInPageNeeded(pending.next_path)
        if answer.error in ITS_TROUBLE:
            raise Auth0Unavailable
        if answer.error == "access_denied":
            text = "You or Auth0 stopped the sign-in. Nothing has changed; you can try again."
            raise SignInRefused(text, reason="access_denied")
        if answer.error or not answer.code:
            raise SignInRefused("Auth0 did not sign you in. Please try again.", reason="error answer")
        return await self._auth0.identify(answer.code, pending.attempt)

    async def _looked_at(self, identity: Identity, person_id: UUID, session: Session | None, ip: str) -> Person:
        """No new session: nobody has proved anything. The person must be the one who asked, here and at Auth0."""
        if session is None or session.person_id != person_id:
            raise SignInRefused("You have signed out in the meantime. Please sign in again.", reason="signed out")
        if not await self._people.is_known_as(person_id, identity.profile.sub):
            text = "Auth0 knows this browser as somebody else by now. Please sign in again to go on."
            raise SignInRefused(text, reason="another person")
        return await self._people.keep(identity.profile, ip=ip)


def sign_in_path(next_path: str) -> str:
    return f"{SIGN_IN_PATH}?{urlencode({'next': next_path})}"
