"""Counting how often somebody does a thing, in Redis, shared by every instance."""

import time
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal.core.errors import LimitReached, Unavailable


@dataclass(frozen=True)
class Limit:
    """One count: `rate` such as `5/day`, `who` the counted one, `message` what a person reads when it is used up."""

    rate: str
    name: str
    who: str
    message: str

    @property
    def item(self) -> RateLimitItem:
        return parse(self.rate)


class RateLimiter:
    """Fixed windows, because a count that is taken before the work must be given back when the work fails."""

    def __init__(self, redis: Redis, *, prefix: str = "portal:limit") -> None:
        pool: Any = redis.connection_pool  # limits passes options on to redis-py without naming their types
        storage = RedisStorage("async+redis://", connection_pool=pool, implementation="redispy")
        self._windows = FixedWindowRateLimiter(storage)
        self._prefix = prefix

    async def take(self, limit: Limit) -> None:
        """Counts one; raises `LimitReached` with the seconds to wait, `Unavailable` when nothing can be counted."""
        item = limit.item
        key = (self._prefix, limit.name, limit.who)
        try:
            if await self._windows.hit(item, *key):
                return
            # A refused try is counted by Redis as well; left there it would outlast what is given back.
            await self._windows.hit(item, *key, cost=-1)
            window = await self._windows.get_window_stats(item, *key)
        except RedisError as error:
            raise Unavailable("redis", "We can't count requests right now. Please try again in a minute.") from error
        raise LimitReached(limit.message, retry_after=max(1, int(window.reset_time - time.time())))

    async def give_back(self, limit: Limit) -> None:
        """Undoes one `take`. When Redis is gone the count stays, which errs on the safe side."""
        try:
            await self._windows.hit(limit.item, self._prefix, limit.name, limit.who, cost=-1)
        except RedisError:
            return
