"""Asks the endpoints whether they are there, in the background and at no cost, and tells the portals.

Of several gateways one does it: whoever holds the lock in Redis, which ends by itself when its holder dies.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from litellm_config.cancellation import end_if_cancelled
from litellm_config.catalogue import Endpoint
from litellm_config.endpoints.address import Address, ask, connect
from litellm_config.endpoints.health import Health, availability_of
from litellm_config.endpoints.pace import Pace
from litellm_config.publications import AVAILABILITY_KEY, Availability

LOCK_KEY = "gateway:prober"
MOST_AT_ONCE = 16

log = structlog.get_logger()


class Prober:
    def __init__(self, redis: Redis, endpoints: Callable[[], Sequence[Endpoint]], pace: Pace | None = None) -> None:
        """`endpoints` is asked again and again, so a changed catalogue needs no restart."""
        self._redis = redis
        self._endpoints = endpoints
        self._pace = pace or Pace()
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._lock = Lock(redis, LOCK_KEY, timeout=self._pace.lock, blocking=False)
        self._health: dict[Address, Health] = {}
        self._watches: dict[Address, asyncio.Task[None]] = {}
        self._said: Availability | None = None
        self._is_cut_off = False

    async def run(self) -> None:
        """Until it is cancelled; Redis may come and go."""
        async with connect() as http:
            try:
                while True:
                    await self._tick(http)
                    end_if_cancelled()
                    await asyncio.sleep(self._pace.tick)
            finally:
                self._stop()
                with suppress(LockError, RedisError):
                    await self._lock.release()

    async def _tick(self, http: httpx.AsyncClient) -> None:
        try:
            if await self._holds_lock():
                self._watch({address for one in self._endpoints() if (address := Address.of(one))}, http)
                await self._publish()
            else:
                self._stop()
            self._is_cut_off = False
        except RedisError as error:
            if not self._is_cut_off:
                log.warning("endpoints.redis_unavailable", reason=type(error).__name__)
            self._is_cut_off = True

    async def _holds_lock(self) -> bool:
        try:
            await self._lock.reacquire()
        except LockError:
            if not await self._lock.acquire():
                return False
            log.info("endpoints.prober_chosen")
            self._said = await self._said_by_the_one_before() or self._said
        return True

    async def _said_by_the_one_before(self) -> Availability | None:
        said = await self._redis.get(AVAILABILITY_KEY)
        try:
            return Availability.model_validate_json(said) if said else None
        except ValidationError:
            return None

    def _watch(self, wanted: set[Address], http: httpx.AsyncClient) -> None:
        self._forget(self._watches.keys() - wanted)
        for address in wanted - self._watches.keys():
            self._health[address] = Health()
            self._watches[address] = asyncio.create_task(self._ask_again_and_again(address, http))

    def _stop(self) -> None:
        self._forget(set(self._watches))

    def _forget(self, addresses: set[Address]) -> None:
        for address in addresses:
            self._watches.pop(address).cancel()
            del self._health[address]

    async def _ask_again_and_again(self, address: Address, http: httpx.AsyncClient) -> None:
        health = self._health[address]
        while True:
            async with self._at_once:
                answer = await ask(http, address)
            if health.note(answer):
                log.info("endpoints.changed", endpoint=address.host, is_up=health.is_up, reason=answer.reason)
                self._say_what_is_not_listed(address, answer.models)
            await asyncio.sleep(self._pace.pause(well=health.is_well))

    def _say_what_is_not_listed(self, address: Address, listed: frozenset[str] | None) -> None:
        """Such a model counts as up all the same: lists leave out aliases and adapters that do answer."""
        wanted = {one.provider_model for one in self._endpoints() if Address.of(one) == address}
        if listed is not None and wanted - listed:
            log.warning("endpoints.model_not_listed", endpoint=address.host, models=sorted(wanted - listed))

    async def _publish(self) -> None:
        self._said = availability_of(self._endpoints(), self._health, self._said, datetime.now(UTC))
        milliseconds = int(self._pace.news * 1000)
        await self._redis.set(AVAILABILITY_KEY, self._said.model_dump_json(), px=milliseconds)
