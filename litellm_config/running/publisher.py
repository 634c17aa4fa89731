"""Tells the portals through Redis which catalogue is applied, and what this gateway is doing.

Of several gateways the one that has applied its catalogue last is believed. Each writes the catalogue when it applies
one, and again whenever it finds none or one that was applied earlier and differs; so gateways that follow one edit
agree after the last of them, and one that could not follow does not bring back what is old. Their clocks are believed.
"""

import asyncio
from contextlib import suppress

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from litellm_config.cancellation import end_if_cancelled
from litellm_config.publications import CATALOGUE_KEY, INSTANCE_PREFIX, INSTANCES_KEY, PublishedCatalogue
from litellm_config.running.state import State

HEARTBEAT_SECONDS = 5
EXPIRY_SECONDS = 16
TIMEOUT_SECONDS = 1

log = structlog.get_logger()


def connect(url: str) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


class Publisher:
    """Without Redis the gateway goes on, and catches up when Redis is back."""

    def __init__(self, redis: Redis, state: State) -> None:
        self._redis = redis
        self._state = state
        self._key = f"{INSTANCE_PREFIX}{state.id}"
        self._is_cut_off = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._state.news.clear()
            await self.publish()
            end_if_cancelled()
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._state.news.wait()

    async def publish(self) -> None:
        try:
            await self._say_that_we_live()
            ours = self._state.catalogue()
            if ours and _replaces(ours, await self._redis.get(CATALOGUE_KEY)):
                await self._redis.set(CATALOGUE_KEY, ours.model_dump_json())
        except RedisError as error:
            if not self._is_cut_off:
                log.warning("gateway.not_published", reason=type(error).__name__)
            self._is_cut_off = True
        else:
            self._is_cut_off = False

    async def withdraw(self) -> None:
        with suppress(RedisError):
            await self._redis.delete(self._key)
            await self._redis.zrem(INSTANCES_KEY, self._state.id)
        await self._redis.aclose()

    async def _say_that_we_live(self) -> None:
        instance = self._state.instance()
        seen = instance.seen_at.timestamp()
        async with self._redis.pipeline() as pipeline:
            pipeline.set(self._key, instance.model_dump_json(), ex=EXPIRY_SECONDS)
            pipeline.zadd(INSTANCES_KEY, {instance.id: seen})
            pipeline.zremrangebyscore(INSTANCES_KEY, "-inf", seen - EXPIRY_SECONDS)
            await pipeline.execute()


def _replaces(ours: PublishedCatalogue, published: str | bytes | None) -> bool:
    try:
        theirs = PublishedCatalogue.model_validate_json(published) if published else None
    except ValidationError:
        # Another version of this program has written it.
        theirs = None
    return theirs is None or (theirs.version != ours.version and theirs.applied_at < ours.applied_at)
