"""Signing out: our session first and in any case, then Auth0's, or the next click would sign in without a question."""

from portal.accounts.auth0_session_hint import SessionHints
from portal.accounts.events import record
from portal.accounts.session import Session, Sessions
from portal.clients.auth0 import Auth0
from portal.clients.auth0_errors import Auth0Unavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.models import Action


class Auth0SignOuts:
    def __init__(
        self, auth0: Auth0, *, database: Database, sessions: Sessions, hints: SessionHints, clock: Clock
    ) -> None:
        self._auth0 = auth0
        self._database = database
        self._sessions = sessions
        self._hints = hints
        self._clock = clock

    async def complete(self, session: Session, token: str, *, return_to: str, ip: str) -> str:
        """Where to send the browser: to Auth0 and from there to `return_to`, or straight there when Auth0 is away."""
        await self._sessions.end(token)
        async with self._database.transaction() as transaction:
            record(transaction, session.person_id, Action.SIGNED_OUT, self._clock(), ip=ip)
        hint = await self._hints.take(token)
        try:
            return await self._auth0.sign_out_url(session_hint=hint, return_to=return_to) or return_to
        except Auth0Unavailable:
            return return_to
