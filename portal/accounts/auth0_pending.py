"""Sign-ins that are under way, in Redis: ten minutes, good for one answer."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal.accounts.auth0_browser import LASTS
from portal.accounts.session import SessionsUnavailable
from portal.clients.auth0_messages import Attempt
from portal.core.crypto import digest, new_session_token


class Pending(BaseModel):
    """`browser` is a digest; `checking` is the person who only asked to have their e-mail looked at again."""

    model_config = ConfigDict(frozen=True)

    attempt: Attempt
    browser: str
    next_path: str
    checking: UUID | None = None


class PendingSignIns:
    """The `state` of the protocol is the key; Redis holds its hash alone."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def remember(self, pending: Pending) -> str:
        state = new_session_token()
        try:
            await self._redis.set(_key(state), pending.model_dump_json(), ex=LASTS)
        except RedisError as error:
            raise SessionsUnavailable from error
        return state

    async def take(self, state: str) -> Pending | None:
        """`None` for one that is unknown, too old or was taken before."""
        try:
            found = await self._redis.getdel(_key(state))
        except RedisError as error:
            raise SessionsUnavailable from error
        return None if found is None else Pending.model_validate_json(found)


def _key(state: str) -> str:
    return f"portal:auth0:sign-in:{digest(state)}"
