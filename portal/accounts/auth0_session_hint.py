"""Auth0's name of its own session beside ours, so that signing out ends both without a question.

It opens nothing. Losing it costs a click: Auth0 then asks whether to sign out.
"""

from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal.core.crypto import digest
from portal.core.logs import get_logger

log = get_logger()


class SessionHints:
    def __init__(self, redis: Redis, max_age: timedelta) -> None:
        self._redis = redis
        self._max_age = max_age

    async def remember(self, session_token: str, hint: str) -> None:
        try:
            await self._redis.set(_key(session_token), hint, ex=self._max_age)
        except RedisError as error:
            log.warning("auth0.session_hint_lost", reason=type(error).__name__)

    async def take(self, session_token: str) -> str | None:
        try:
            found = await self._redis.getdel(_key(session_token))
        except RedisError as error:
            log.warning("auth0.session_hint_lost", reason=type(error).__name__)
            return None
        return None if found is None else str(found)


def _key(session_token: str) -> str:
    return f"portal:auth0:session-of:{digest(session_token)}"
