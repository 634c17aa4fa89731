"""The last step of every sign-in, however a person proved who they are."""

from urllib.parse import urlsplit

from portal.accounts.adoption import adopt
from portal.accounts.events import record
from portal.accounts.session import Sessions
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import NotAllowed
from portal.core.logs import get_logger
from portal.models import Action, Person

AFTER_SIGN_IN = "/keys"

log = get_logger()


class PersonBlocked(NotAllowed):
    code = "account_blocked"
    title = "Your access is blocked"

    def __init__(self) -> None:
        super().__init__("Your access is blocked. Please contact us if you believe that this is a mistake.")


class SignIns:
    def __init__(self, database: Database, sessions: Sessions, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock

    async def complete(self, person: Person, *, old_token: str | None, ip: str) -> str:
        """The token of a new session; the one that the browser came with ends, and the chats of its visitor come along.

        Raises `PersonBlocked`.
        """
        if person.blocked_at:
            raise PersonBlocked
        before = await self._sessions.find(old_token) if old_token else None
        token = await self._sessions.start(person)
        async with self._database.transaction() as session:
            record(session, person.id, Action.SIGNED_IN, self._clock(), ip=ip)
            if before and not before.has_account:
                await adopt(session, before.person_id, person.id)
        if old_token:
            await self._sessions.end(old_token)
        log.info("accounts.signed_in", kind=person.kind)
        return token


def path_after_sign_in(wanted: str | None) -> str:
    """Only a path of our own, so that a link to our sign-in can't send people elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return AFTER_SIGN_IN
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else AFTER_SIGN_IN
