"""The gateways that run, as each of them says of itself."""

from collections.abc import Sequence
from typing import cast

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from litellm_config.publications import INSTANCE_PREFIX, INSTANCES_KEY, Instance


class GatewayInstances:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def now(self) -> Sequence[Instance] | None:
        """`None` when Redis does not answer."""
        try:
            ids = cast("list[str]", await self._redis.zrange(INSTANCES_KEY, 0, -1))
            said = await self._redis.mget([f"{INSTANCE_PREFIX}{one}" for one in sorted(ids)]) if ids else []
        except RedisError:
            return None
        return [instance for one in said if one and (instance := _instance(one))]


def _instance(said: str | bytes) -> Instance | None:
    """`None` for one that another version of the gateway has written."""
    try:
        return Instance.model_validate_json(said)
    except ValidationError:
        return None
