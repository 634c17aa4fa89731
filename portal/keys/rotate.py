"""A new secret for a key: the new key first, then the old one ends, now or after a grace.

The order is that of `issue`. The row of the old key names its replacement from the reservation on; its end is written
in the transaction that confirms the new one, and LiteLLM is told after that. With a grace LiteLLM gets an expiry and
ends the key by itself, so it does even while no portal runs; whatever LiteLLM could not be told, `repair` does later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.events import record
from portal.clients.litellm_proxy import LitellmProxy, ProxyRefused, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import BadInput, Conflict
from portal.core.logs import get_logger
from portal.core.rates import RateLimiter
from portal.keys.issue import KeyIssuer, KeyReveal, Reservation
from portal.keys.limits import Limits
from portal.keys.making import counted_change
from portal.keys.own import own_key
from portal.keys.working import working
from portal.models import Action, IssuedKey, Person

log = get_logger()

# An end closer than this is as good as reached; LiteLLM counts in whole seconds.
LEAST_LIFE = timedelta(seconds=2)


class KeyIsOver(Conflict):
    code = "key_is_over"

    def __init__(self) -> None:
        super().__init__("This key no longer works, so it can't be rotated. You can get a new one.")


class KeyIsBlocked(Conflict):
    code = "key_is_blocked"

    def __init__(self) -> None:
        super().__init__("An operator has blocked this key, so it can't be rotated. Please contact us.")


class RotationUnderWay(Conflict):
    code = "rotation_under_way"


@dataclass(frozen=True)
class Rotated:
    """`ends_at`: when the old key ends; LiteLLM may take until `repair` runs when it could not be reached."""

    reveal: KeyReveal
    old: IssuedKey
    ends_at: datetime
    is_over: bool


class Rotations:
    def __init__(
        self,
        database: Database,
        proxy: LitellmProxy,
        limits: Limits,
        issuer: KeyIssuer,
        limiter: RateLimiter,
        *,
        rate: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._proxy = proxy
        self._limits = limits
        self._issuer = issuer
        self._limiter = limiter
        self._rate = rate
        self._clock = clock

    async def rotate(self, person: Person, key_id: str, grace: timedelta, *, ip: str) -> Rotated:
        async with counted_change(self._limiter, self._rate, person.id):
            reserved, old = await self._reserve(person, key_id, grace)
            ends_at = self._end_of(old, grace)

            async def replace(session: AsyncSession, key: IssuedKey) -> None:
                await self._note_end(session, old, ends_at)
                record(
                    session,
                    person.id,
                    Action.KEY_ROTATED,
                    self._clock(),
                    ip=ip,
                    name=key.name,
                    preview=old.preview,
                    new_preview=key.preview,
                )

            reveal = await self._issuer.make(reserved, replace)
        await self._end(old, ends_at)
        return Rotated(reveal, old, ends_at, is_over=ends_at <= self._clock())

    async def _reserve(self, person: Person, key_id: str, grace: timedelta) -> tuple[Reservation, IssuedKey]:
        async with self._issuer.turn(person), self._database.transaction() as session:
            stored = await self._issuer.lock(session, person)
            policy = await self._limits.effective_policy(session, stored)
            if not timedelta(0) <= grace <= policy.max_grace:
                raise BadInput(
                    "Please choose a shorter grace.",
                    fields={"grace_seconds": f"At most {int(policy.max_grace.total_seconds())} seconds."},
                )
            old = await own_key(session, stored.id, key_id, lock=True)
            await self._refuse_unless_rotatable(session, old)
            # Without an account a key's end is part of the bargain: a rotation is no way to a longer one.
            left = old.expires_at - self._clock() - LEAST_LIFE / 2 if old.expires_at else None
            reserved = self._issuer.reserve(
                session, stored, policy, name=old.name, description=old.description, ttl=left
            )
            old.replaced_by = reserved.key.id
            return reserved, old

    async def _refuse_unless_rotatable(self, session: AsyncSession, old: IssuedKey) -> None:
        now = self._clock()
        if old.revoked_at or (old.expires_at and old.expires_at - now < LEAST_LIFE):
            raise KeyIsOver
        if old.blocked_at:
            raise KeyIsBlocked
        if old.replaced_by:
            raise RotationUnderWay("This key has been rotated already. Please go on with the one that replaced it.")
        before = exists().where(col(IssuedKey.replaced_by) == old.id, working(IssuedKey, now))
        if (await session.exec(select(before))).one():
            raise RotationUnderWay(
                "The key that this one replaced still works. Revoke that one first, then rotate this one."
            )

    def _end_of(self, old: IssuedKey, grace: timedelta) -> datetime:
        end = self._clock() + grace
        return min(end, old.expires_at) if old.expires_at else end

    async def _note_end(self, session: AsyncSession, old: IssuedKey, ends_at: datetime) -> None:
        still = (col(IssuedKey.id) == old.id, col(IssuedKey.revoked_at).is_(None))
        await session.exec(update(IssuedKey).where(*still).values(ends_at=ends_at))

    async def _end(self, old: IssuedKey, ends_at: datetime) -> None:
        """The new key exists and must be shown, so a LiteLLM that does not answer is left to `repair`."""
        seconds = int((ends_at - self._clock()).total_seconds())
        try:
            if seconds > 0:
                await self._proxy.expire_key(old.token, seconds)
                return
            await self._proxy.delete_key(str(old.id))
        except (ProxyUnavailable, ProxyRefused):
            log.warning("keys.rotated_key_left_for_repair", key_id=str(old.id))
            return
        async with self._database.transaction() as session:
            ended = update(IssuedKey).where(col(IssuedKey.id) == old.id, col(IssuedKey.revoked_at).is_(None))
            await session.exec(ended.values(revoked_at=ends_at))
