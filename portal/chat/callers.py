"""Who is at the other end of a socket, from its first frame on and now and then again."""

from dataclasses import dataclass
from uuid import UUID

from portal.accounts.people import People
from portal.accounts.session import Sessions
from portal.accounts.tokens import TokenRefused, Tokens


@dataclass(frozen=True)
class Caller:
    """`session_digest`: what the session is kept under; it outlives the token, which is only good to come in."""

    person_id: UUID
    session_digest: str


class Callers:
    def __init__(self, tokens: Tokens, sessions: Sessions, people: People) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._people = people

    async def let_in(self, token: str) -> Caller:
        """Raises `TokenRefused`, for somebody who is blocked too, and `Unavailable`."""
        claims = self._tokens.verify(token)
        caller = Caller(claims.sub, claims.sid)
        if not await self.may_stay(caller):
            raise TokenRefused
        return caller

    async def may_stay(self, caller: Caller) -> bool:
        """Whether the session goes on and the person is there and not blocked. Raises `Unavailable`."""
        session = await self._sessions.find_by_digest(caller.session_digest)
        if session is None or session.person_id != caller.person_id:
            return False
        person = await self._people.find(caller.person_id)
        return person is not None and person.blocked_at is None
