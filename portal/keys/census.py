"""How many keys there are, by team and state, for all instances together.

Counting looks at every key, so one instance does it once a minute, and the others read its result in Redis.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from pydantic import BaseModel, TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import case, func, or_
from sqlmodel import col, select

from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Unavailable
from portal.core.logs import get_logger
from portal.keys.working import KeyState, listed
from portal.models import IssuedKey, Person

RESULT = "metrics:keys"
TURN = "metrics:keys:counting"
GOOD_FOR = timedelta(minutes=1)
SECONDS_BETWEEN_LOOKS = 10.0
# Prometheus gives up after ten.
LONGEST_SECONDS = 6.0
# Whoever counts and dies in the middle is replaced after it.
TURN_FOR = timedelta(seconds=30)

log = get_logger()


class KeyCount(BaseModel):
    team: str
    state: KeyState
    count: int


Counts = tuple[KeyCount, ...]
COUNTS: TypeAdapter[Counts] = TypeAdapter(Counts)


class KeyCensus:
    def __init__(
        self, database: Database, redis: Redis, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._redis = redis
        self._clock = clock
        self._monotonic = monotonic
        self._counts: Counts = ()
        self._look_again_at = 0.0

    async def look(self) -> Counts:
        """Nothing while it is not known: an old number would look like a new one."""
        if self._monotonic() >= self._look_again_at:
            self._look_again_at = self._monotonic() + SECONDS_BETWEEN_LOOKS
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    self._counts = await self._latest()
            except (RedisError, Unavailable, ValidationError, TimeoutError) as error:
                log.warning("keys.not_counted", reason=type(error).__name__)
                self._counts = ()
        return self._counts

    async def _latest(self) -> Counts:
        if known := await self._redis.get(RESULT):
            return COUNTS.validate_json(known)
        if not await self._redis.set(TURN, "1", nx=True, ex=TURN_FOR):
            return self._counts
        try:
            counts = await self._count()
            await self._redis.set(RESULT, COUNTS.dump_json(counts), ex=GOOD_FOR)
        finally:
            await self._redis.delete(TURN)
        return counts

    async def _count(self) -> Counts:
        """The states of `working.state_of`, as far as our own rows know."""
        now = self._clock()
        blocked_people = select(Person.id).where(col(Person.blocked_at).is_not(None))
        is_blocked = or_(col(IssuedKey.blocked_at).is_not(None), col(IssuedKey.person_id).in_(blocked_people))
        state = case(
            (col(IssuedKey.revoked_at).is_not(None), "revoked"),
            (col(IssuedKey.expires_at) <= now, "expired"),
            (is_blocked, "blocked"),
            (col(IssuedKey.ends_at).is_not(None), "rotating"),
            else_="active",
        ).label("state")
        query = select(col(IssuedKey.team), state, func.count()).where(listed()).group_by(IssuedKey.team, state)
        async with self._database.transaction() as session:
            rows = (await session.exec(query)).all()
        return tuple(KeyCount(team=team, state=name, count=count) for team, name, count in rows)
