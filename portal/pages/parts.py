"""Whether what the portal needs can be reached right now."""

import asyncio
from collections.abc import Awaitable, Collection

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlmodel import select

from portal.clients.catalogue import ModelCatalogue
from portal.clients.gateway_status import GatewayStatus
from portal.core.database import Database
from portal.core.errors import Unavailable
from portal.core.roles import Role

# Whoever asks us gives up soon after.
LONGEST_SECONDS = 4


class Parts:
    def __init__(
        self,
        roles: Collection[Role],
        *,
        database: Database,
        redis: Redis,
        gateway: GatewayStatus,
        catalogue: ModelCatalogue,
    ) -> None:
        # The door keeps nothing, and knows its callers by LiteLLM alone.
        self._keeps = bool(set(roles) - {"api"})
        self._catalogue = catalogue
        self._database = database
        self._redis = redis
        self._gateway = gateway

    async def look(self) -> dict[str, bool]:
        """By name, whether each answers in good time."""
        gateway = {"gateway": self._gateway.state == "ready"}
        if not self._keeps:
            return gateway
        postgres, redis = await asyncio.gather(_answers(self._ask_postgres()), _answers(self._ask_redis()))
        return {"postgres": postgres, "redis": redis and self._catalogue.was_read, **gateway}

    async def _ask_postgres(self) -> None:
        async with self._database.transaction() as session:
            await session.exec(select(1))

    async def _ask_redis(self) -> None:
        await self._redis.ping()


async def _answers(question: Awaitable[None]) -> bool:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await question
    except (Unavailable, RedisError, TimeoutError):
        return False
    return True
