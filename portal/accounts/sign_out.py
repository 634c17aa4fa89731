"""The end of sessions, on the server, for one browser or for all."""

from uuid import UUID

from portal.accounts.events import record
from portal.accounts.session import Session, Sessions
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Unavailable
from portal.core.logs import get_logger
from portal.models import Action, Person

log = get_logger()


class SignOuts:
    def __init__(self, database: Database, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def here(self, session: Session | None, token: str | None, *, ip: str) -> None:
        """Ends this session. That comes first: nobody stays signed in because an event could not be written."""
        if session is None or token is None:
            return
        await self._sessions.end(token)
        await self._note(session.person_id, Action.SIGNED_OUT, ip)

    async def everywhere(self, person_id: UUID, *, ip: str) -> None:
        await self._sessions.end_all(person_id)
        await self._note(person_id, Action.SIGNED_OUT_EVERYWHERE, ip)

    async def _note(self, person_id: UUID, action: Action, ip: str) -> None:
        try:
            async with self._database.transaction() as session:
                if await session.get(Person, person_id):
                    record(session, person_id, action, self._clock(), ip=ip)
        except Unavailable:
            log.warning("accounts.event_lost", action=action)
