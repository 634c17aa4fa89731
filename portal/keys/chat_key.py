"""The key with which the chat asks LiteLLM for a person, so that team, limits and spend are theirs.

Its secret is kept nowhere: it follows from LiteLLM's own key and the id of our row, so that every instance has it and
an emptied Redis loses nothing. It lives for a day or so; a new one is made well before its end, and LiteLLM forgets the
old one when it is over. Nobody ever sees it: it is not counted, and listed nowhere but in usage, as "Chat".
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.people import EmailNotVerified, has_confirmed_email
from portal.accounts.sign_in import PersonBlocked
from portal.core.clock import Clock
from portal.core.crypto import KEY_PREFIX, digest, preview
from portal.core.database import ROW_LOCK, Database
from portal.core.errors import SignInNeeded
from portal.keys.issue import KeyIssuer, Reservation
from portal.keys.limits import Limits
from portal.models import IssuedKey, Person, Purpose, Stage

NAME = "Chat"
# A person who is blocked or gone is found by `welcome`, and a key of theirs is refused by LiteLLM too.
KEPT_FOR = timedelta(minutes=5)
MOST_KEPT = 10_000
# Of its life; with less left a new one is made, so that none ends in the middle of an answer.
LEAST_LEFT = 0.25


@dataclass(frozen=True)
class Kept:
    secret: str
    until: datetime


class ChatKeys:
    def __init__(
        self,
        database: Database,
        issuer: KeyIssuer,
        limits: Limits,
        *,
        admin_key: str,
        life: timedelta,
        clock: Clock,
    ) -> None:
        self._database = database
        self._issuer = issuer
        self._limits = limits
        self._admin_key = admin_key
        self._life = life
        self._clock = clock
        self._kept: dict[UUID, Kept] = {}
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def key_of(self, person_id: UUID) -> str:
        """Raises what `welcome` raises, though minutes late, and `ProxyUnavailable`."""
        if secret := self._kept_for(person_id):
            return secret
        async with self._turns.setdefault(person_id, asyncio.Lock()):
            # Somebody before us in the line may have found it.
            if secret := self._kept_for(person_id):
                return secret
            secret = await self._found_or_made(person_id)
            self._keep(person_id, secret)
            return secret

    def _kept_for(self, person_id: UUID) -> str | None:
        kept = self._kept.get(person_id)
        return kept.secret if kept and kept.until > self._clock() else None

    async def _found_or_made(self, person_id: UUID) -> str:
        async with self._database.transaction() as session:
            found = await self._find(session, await welcome(session, person_id))
        return found or await self._make(person_id)

    async def _find(self, session: AsyncSession, person: Person) -> str | None:
        """The one that lives longest. After a change of LiteLLM's own key the secret would be another one."""
        team = self._limits.policy_of(person.kind).team
        newest = (
            select(IssuedKey)
            .where(
                IssuedKey.person_id == person.id,
                IssuedKey.purpose == Purpose.CHAT,
                IssuedKey.stage == Stage.CONFIRMED,
                IssuedKey.team == team,
                col(IssuedKey.revoked_at).is_(None),
                col(IssuedKey.expires_at) > self._clock() + self._life * LEAST_LEFT,
            )
            .order_by(col(IssuedKey.expires_at).desc())
            .limit(1)
        )
        key = (await session.exec(newest)).first()
        if key is None:
            return None
        secret = self._secret(key.id)
        return secret if digest(secret) == key.token else None

    async def _make(self, person_id: UUID) -> str:
        """Instances that come here at once make one each, and all of them are good."""
        async with self._database.transaction() as session:
            person = await welcome(session, person_id, lock=True)
            if found := await self._find(session, person):
                return found
            reserved = await self._reserve(session, person)
        return (await self._issuer.make(reserved, _end_with_expiry)).secret

    async def _reserve(self, session: AsyncSession, person: Person) -> Reservation:
        key_id = uuid4()
        secret = self._secret(key_id)
        policy = await self._limits.effective_policy(session, person)
        key = IssuedKey(
            id=key_id,
            person_id=person.id,
            purpose=Purpose.CHAT,
            name=NAME,
            preview=preview(secret),
            token=digest(secret),
            team=policy.team,
            created_at=self._clock(),
        )
        session.add(key)
        return Reservation(key, secret, policy, self._life)

    def _secret(self, key_id: UUID) -> str:
        purpose = f"portal chat key {key_id}"
        return KEY_PREFIX + hmac.new(self._admin_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    def _keep(self, person_id: UUID, secret: str) -> None:
        now = self._clock()
        if len(self._kept) >= MOST_KEPT:
            self._kept = {person: kept for person, kept in self._kept.items() if kept.until > now}
        self._kept[person_id] = Kept(secret, now + KEPT_FOR)


async def welcome(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> Person:
    """Who may chat. Raises `SignInNeeded`, `PersonBlocked`, `EmailNotVerified`."""
    person = await session.get(Person, person_id, with_for_update=ROW_LOCK if lock else None)
    if person is None:
        raise SignInNeeded
    if person.blocked_at:
        raise PersonBlocked
    if not has_confirmed_email(person):
        raise EmailNotVerified
    return person


async def _end_with_expiry(session: AsyncSession, key: IssuedKey) -> None:
    """`repair` then removes it from LiteLLM when it is over."""
    await session.exec(update(IssuedKey).where(col(IssuedKey.id) == key.id).values(ends_at=key.expires_at))
