"""Stopping people and keys, and letting them go on.

Ours first, LiteLLM second, and never lost:

1. When LiteLLM does not answer at all, nothing is changed and the answer is 503.
2. Our row says what shall be, in one transaction with the event: from here on nobody signs in, and `keys.issue`
   gives no key any more, because it reads the same row before it makes a key known.
3. LiteLLM is told, key by key; what it was told stands in `is_blocked_in_gateway`, so what is missing can be seen.

When step 3 fails, the answer is 503 and the block stands. Doing it again finishes it without a second event; if
nobody does, `finish_all` finishes it, also after a crash.
A key's own block and its person's are separate, so letting a person go on restores exactly the keys that worked.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from portal.accounts.events import record
from portal.accounts.session import Sessions
from portal.clients.litellm_proxy import LitellmProxy, ProxyRefused, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import ROW_LOCK, Database
from portal.core.errors import Conflict, NotFound
from portal.core.logs import get_logger
from portal.keys.working import working
from portal.models import Action, IssuedKey, Person
from portal.operators.keys import is_blocked, shown_key

log = get_logger()


class PersonNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such person.")


class OwnAccount(Conflict):
    code = "own_account"

    def __init__(self) -> None:
        super().__init__("This is your own account. Please ask another operator.")


class NotFinished(ProxyUnavailable):
    code = "not_finished"

    def __init__(self) -> None:
        super().__init__(reached=True)
        self.message = (
            "This is noted and stands, but the gateway has not been told of every key yet. "
            "We go on trying; doing it again finishes it at once when the gateway answers."
        )


class Blocking:
    def __init__(self, database: Database, sessions: Sessions, proxy: LitellmProxy, clock: Clock) -> None:
        self._database = database
        self._sessions = sessions
        self._proxy = proxy
        self._clock = clock

    async def block_person(self, person_id: UUID, actor: Person, reason: str) -> None:
        """Ends their keys' use, and with an account their sessions; raises `NotFinished` when LiteLLM went away in
        between. Without an account the session stays, or whoever is blocked would be somebody new with one press.
        """
        if person_id == actor.id:
            raise OwnAccount
        await self._require_gateway()
        person = await self._mark_person(person_id, self._clock(), actor, reason)
        if person.kind.has_account:
            await self._sessions.end_all(person_id)
        await self._finish_now(person_id)

    async def unblock_person(self, person_id: UUID, actor: Person, reason: str) -> None:
        await self._require_gateway()
        await self._mark_person(person_id, None, actor, reason)
        await self._finish_now(person_id)

    async def block_key(self, key_id: UUID, actor: Person, reason: str) -> None:
        await self._require_gateway()
        await self._finish_now(await self._mark_key(key_id, self._clock(), actor, reason))

    async def unblock_key(self, key_id: UUID, actor: Person, reason: str) -> None:
        """The key stays blocked as long as its person is."""
        await self._require_gateway()
        await self._finish_now(await self._mark_key(key_id, None, actor, reason))

    async def finish_all(self) -> None:
        """What a gateway that went away, or a process that died, left to do; raises `ProxyUnavailable` again."""
        unfinished = (
            select(IssuedKey.person_id)
            .where(working(IssuedKey, self._clock()), is_blocked() != col(IssuedKey.is_blocked_in_gateway))
            .distinct()
        )
        async with self._database.transaction() as session:
            people = (await session.exec(unfinished)).all()
        for person_id in people:
            try:
                await self.finish(person_id)
            except ProxyRefused:
                # The others are not to wait for it; it is tried again with the next look.
                log.warning("operators.block_refused", person_id=str(person_id))
                continue
            log.info("operators.block_finished", person_id=str(person_id))

    async def finish(self, person_id: UUID) -> None:
        """Tells LiteLLM what it does not know yet; the lock keeps a block and its opposite in their order."""
        unfinished = (
            select(IssuedKey, is_blocked())
            .where(IssuedKey.person_id == person_id, working(IssuedKey, self._clock()))
            .where(is_blocked() != col(IssuedKey.is_blocked_in_gateway))
        )
        async with self._database.transaction() as session:
            await session.get(Person, person_id, with_for_update=ROW_LOCK)
            for key, blocked in (await session.exec(unfinished)).all():
                await (self._proxy.block_key(key.token) if blocked else self._proxy.unblock_key(key.token))
                key.is_blocked_in_gateway = blocked

    async def _finish_now(self, person_id: UUID) -> None:
        try:
            await self.finish(person_id)
        except (ProxyUnavailable, ProxyRefused) as error:
            raise NotFinished from error

    async def _require_gateway(self) -> None:
        if not await self._proxy.is_alive():
            raise ProxyUnavailable(reached=False)

    async def _mark_person(self, person_id: UUID, at: datetime | None, actor: Person, reason: str) -> Person:
        async with self._database.transaction() as session:
            person = await session.get(Person, person_id, with_for_update=ROW_LOCK)
            if person is None:
                raise PersonNotFound
            if bool(person.blocked_at) != bool(at):
                person.blocked_at = at
                action = Action.BLOCKED if at else Action.UNBLOCKED
                record(session, person_id, action, self._clock(), actor_id=actor.id, reason=reason)
            return person

    async def _mark_key(self, key_id: UUID, at: datetime | None, actor: Person, reason: str) -> UUID:
        async with self._database.transaction() as session:
            key = await shown_key(session, key_id, lock=True)
            if bool(key.blocked_at) != bool(at):
                key.blocked_at = at
                action = Action.KEY_BLOCKED if at else Action.KEY_UNBLOCKED
                details = {"name": key.name, "preview": key.preview, "reason": reason}
                record(session, key.person_id, action, self._clock(), actor_id=actor.id, **details)
            return key.person_id
