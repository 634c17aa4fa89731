"""Whether a key, a person or a team may have changed anywhere: then LiteLLM is to look at every key anew.

A counter in Redis grows with each change that a gateway makes, and every gateway looks at it twice a second.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from litellm_config.cancellation import end_if_cancelled

COUNTER = "gateway:changes"
LOOK_SECONDS = 0.5
# After a change LiteLLM itself may go on with what it knew for as long as `user_api_key_cache_ttl`, here 3 seconds.
UNSURE_SECONDS = 5.0
MANAGEMENT = re.compile(r"/(?:key|user|team|organization|budget|customer|project)/")
# What is new was let in by nobody yet.
HARMLESS = frozenset({"/key/generate", "/user/new", "/team/new", "/team/member_add"})


class Changes:
    """`on_change` is called for each, and while nobody knows whether there was one."""

    def __init__(self) -> None:
        self._redis = Redis.from_url(os.environ["REDIS_URL"], socket_timeout=1, socket_connect_timeout=1)
        self.on_change: Callable[[], None] = lambda: None
        self._seen: str | bytes | None = b"unknown"
        self._sure_from = float("inf")
        self._watching = asyncio.create_task(self._watch())

    @property
    def are_known(self) -> bool:
        """Otherwise what LiteLLM says of a key may be out of date already."""
        return time.monotonic() >= self._sure_from

    async def _watch(self) -> None:
        while True:
            await self._look()
            end_if_cancelled()
            await asyncio.sleep(LOOK_SECONDS)

    async def tell(self, path: str) -> None:
        """After a request to `path` was answered here."""
        if not MANAGEMENT.match(path) or path in HARMLESS:
            return
        self._note()
        try:
            await self._redis.incr(COUNTER)
        except (RedisError, OSError):
            # Nobody else knows of it then, and nobody can read that there was no change either.
            return

    async def close(self) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._redis.aclose()

    async def _look(self) -> None:
        try:
            count = await self._redis.get(COUNTER)
        except (RedisError, OSError):
            self._sure_from = float("inf")
            self.on_change()
            return
        if count != self._seen or self._sure_from == float("inf"):
            self._seen = count
            self._note()

    def _note(self) -> None:
        self._sure_from = time.monotonic() + UNSURE_SECONDS
        self.on_change()
