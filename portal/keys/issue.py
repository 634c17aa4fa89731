"""Making a key, together with LiteLLM, so that a crash at any point never leaves two keys or a hidden one.

1. Lock the person, count, write our row as `reserved`: two clicks at once can't both pass.
2. Ask LiteLLM for the key, under our row's id as alias and with a secret that we made.
3. Mark our row `confirmed`, with what else follows from it, and show the secret, once.

When step 2 fails, the row is taken back; when we die in between, `repair` looks the alias up and removes both.
Nobody has seen the secret then, so nothing is lost and nothing has to be issued twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from sqlalchemy import ColumnElement, CursorResult, exists, func, inspect, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.events import record
from portal.accounts.sign_in import PersonBlocked
from portal.clients.litellm_proxy import LitellmProxy, ProxyRefused, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.crypto import digest, new_api_key, preview
from portal.core.database import ROW_LOCK, Database
from portal.core.errors import KeyLimitReached, SignInNeeded
from portal.core.logs import get_logger
from portal.keys.limits import Limits
from portal.keys.meters import KeyMeters
from portal.keys.policy import Policy
from portal.keys.repair import forget
from portal.keys.working import counted
from portal.models import Action, Consent, IssuedKey, Person, Stage

log = get_logger()

WhenConfirmed = Callable[[AsyncSession, IssuedKey], Awaitable[None]]


@dataclass(frozen=True)
class KeyReveal:
    """The only object that ever holds a secret; it goes into one response body and nowhere else."""

    key: IssuedKey
    secret: str
    policy: Policy


@dataclass(frozen=True)
class Reservation:
    """A key that LiteLLM is to make. `ttl`: its life, if it ends."""

    key: IssuedKey
    secret: str
    policy: Policy
    ttl: timedelta | None


class KeyIssuer:
    def __init__(
        self, database: Database, proxy: LitellmProxy, limits: Limits, meters: KeyMeters, clock: Clock
    ) -> None:
        self._database = database
        self._proxy = proxy
        self._limits = limits
        self._meters = meters
        self._clock = clock
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def issue(
        self, person: Person, *, name: str, description: str, consent: Consent | None, ip: str
    ) -> KeyReveal:
        """`person` may be new: stored, like the consent, together with the reservation."""

        async def note(session: AsyncSession, key: IssuedKey) -> None:
            record(session, key.person_id, Action.KEY_ISSUED, self._clock(), ip=ip, name=key.name, preview=key.preview)

        async with self._user_of(person) as user:
            async with self.turn(person), self._database.transaction() as session:
                if user:
                    reserved = await self._reserve_first(session, person, name, description)
                else:
                    reserved = await self._reserve_another(session, person, name, description)
                if consent:
                    session.add(consent)
                    _note_consent(session, consent, ip)
            return await self.make(reserved, note, user)

    @asynccontextmanager
    async def _user_of(self, person: Person) -> AsyncIterator[Awaitable[None] | None]:
        """LiteLLM makes its row of somebody new while we write ours. Without ours it is of no use and does no harm."""
        if not is_new(person):
            yield None
            return
        policy = self._limits.policy_of(person.kind)
        if not policy.active_keys:
            raise KeyLimitReached(_limit_text(policy))
        user = asyncio.create_task(self._limits.ensure(person.id, policy, is_new=True))
        try:
            yield user
        finally:
            user.cancel()
            await asyncio.gather(user, return_exceptions=True)

    def turn(self, person: Person) -> asyncio.Lock:
        """In front of `lock`: many clicks of one person wait here, and don't take everybody's database connections."""
        return self._turns.setdefault(person.id, asyncio.Lock())

    async def lock(self, session: AsyncSession, person: Person) -> Person:
        """Nobody else makes or changes keys of this person until the transaction ends."""
        stored = await session.get(Person, person.id, with_for_update=ROW_LOCK)
        if stored is None:
            raise SignInNeeded
        if stored.blocked_at:
            raise PersonBlocked
        return stored

    def reserve(
        self,
        session: AsyncSession,
        person: Person,
        policy: Policy,
        *,
        name: str,
        description: str,
        ttl: timedelta | None,
    ) -> Reservation:
        secret = new_api_key()
        key = IssuedKey(
            id=uuid4(),
            person_id=person.id,
            name=name,
            description=description,
            preview=preview(secret),
            token=digest(secret),
            team=policy.team,
            created_at=self._clock(),
        )
        session.add(key)
        return Reservation(key, secret, policy, ttl)

    async def make(
        self, reserved: Reservation, when_confirmed: WhenConfirmed, user: Awaitable[None] | None = None
    ) -> KeyReveal:
        """`when_confirmed` writes, in the transaction that confirms the key, what follows from its existence.

        `user`: ends when LiteLLM has its row of the person, if that is on its way.
        """
        try:
            key = await self._confirm(await self._generate(reserved, user), when_confirmed)
        except ProxyUnavailable as error:
            await self._take_back(reserved.key, reached=error.reached)
            raise
        except ProxyRefused:
            await self._take_back(reserved.key, reached=True)
            raise
        self._meters.issued(key)
        log.info("keys.issued", key_id=str(key.id), team=key.team)
        return KeyReveal(key, reserved.secret, reserved.policy)

    async def _reserve_first(self, session: AsyncSession, person: Person, name: str, description: str) -> Reservation:
        """Nobody else knows of the person yet, so there is nothing to lock, to count or to look up."""
        policy = self._limits.policy_of(person.kind)
        session.add(person)
        await session.flush()
        reserved = self.reserve(session, person, policy, name=name, description=description, ttl=policy.key_ttl)
        # Here for this key alone, see `repair.forget`.
        reserved.key.created_at = person.created_at
        return reserved

    async def _reserve_another(self, session: AsyncSession, person: Person, name: str, description: str) -> Reservation:
        stored = await self.lock(session, person)
        policy = await self._limits.effective_policy(session, stored)
        if await self._count(session, stored) >= policy.active_keys:
            raise KeyLimitReached(_limit_text(policy))
        return self.reserve(session, stored, policy, name=name, description=description, ttl=policy.key_ttl)

    async def _count(self, session: AsyncSession, person: Person) -> int:
        query = select(func.count(col(IssuedKey.id))).where(IssuedKey.person_id == person.id, counted(self._clock()))
        return (await session.exec(query)).one()

    async def _generate(self, reserved: Reservation, user: Awaitable[None] | None) -> IssuedKey:
        await (user or self._limits.ensure(reserved.key.person_id, reserved.policy))
        made = await self._proxy.generate_key(_key_request(reserved))
        return reserved.key.model_copy(update={"expires_at": made.expires})

    async def _confirm(self, key: IssuedKey, when_confirmed: WhenConfirmed) -> IssuedKey:
        statement = (
            update(IssuedKey)
            .where(col(IssuedKey.id) == key.id, col(IssuedKey.stage) == Stage.RESERVED, _is_welcome(key.person_id))
            .values(stage=Stage.CONFIRMED, expires_at=key.expires_at)
        )
        async with self._database.transaction() as session:
            if not cast("CursorResult[Any]", await session.exec(statement)).rowcount:
                # So slow that `repair` took it for abandoned, or its person was blocked in the meantime.
                raise ProxyUnavailable(reached=True)
            await when_confirmed(session, key)
        return key.model_copy(update={"stage": Stage.CONFIRMED})

    async def _take_back(self, reserved: IssuedKey, *, reached: bool) -> None:
        try:
            if reached:
                await self._proxy.delete_key(str(reserved.id))
        except (ProxyUnavailable, ProxyRefused):
            log.warning("keys.reservation_left_for_repair", key_id=str(reserved.id))
            return
        async with self._database.transaction() as session:
            await forget(session, reserved)


def is_new(person: Person) -> bool:
    """Made for this request and never stored."""
    return bool(inspect(person).transient)


def _is_welcome(person_id: UUID) -> ColumnElement[bool]:
    """Whoever blocks a person first says so in the database, then ends the keys that stand there."""
    return exists().where(col(Person.id) == person_id, col(Person.blocked_at).is_(None))


def _note_consent(session: AsyncSession, consent: Consent, ip: str) -> None:
    record(
        session,
        consent.person_id,
        Action.CONSENT_GIVEN,
        consent.given_at,
        ip=ip,
        document=consent.document,
        version=consent.version,
    )


def _limit_text(policy: Policy) -> str:
    if policy.active_keys == 1:
        return (
            "You already have an active key. It is listed under Keys: "
            "rotate it for a new secret, or revoke it to get another one."
        )
    return f"You already have {policy.active_keys} active keys. Revoke one that you don't need to get another one."


def _key_request(reserved: Reservation) -> dict[str, Any]:
    """Limits and models are not the key's: they stand on the person and the team, for all keys together.

    https://docs.litellm.ai/docs/proxy/virtual_keys#generate
    """
    key = reserved.key
    request: dict[str, Any] = {
        "key": reserved.secret,
        "key_alias": str(key.id),
        "user_id": str(key.person_id),
        "team_id": key.team,
        "metadata": {"name": key.name},
    }
    if reserved.ttl is not None:
        request["duration"] = f"{int(reserved.ttl.total_seconds())}s"
    return request
