"""Sessions: a cookie with 32 random bytes, and in Redis what its hash stands for.

Redis holds the hash alone, so that a copy of it signs nobody in.
An index per person makes it possible to end all of somebody's sessions.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from portal.core.clock import Clock
from portal.core.crypto import digest, new_session_token
from portal.core.errors import Conflict, Unavailable
from portal.models import Kind, Person


class SessionsUnavailable(Unavailable):
    code = "sessions_unavailable"

    def __init__(self) -> None:
        super().__init__("redis", "Sign-in is not available right now. Please try again in a minute.")


# Longer than a claim takes, and short enough to wait for whom its answer never reached.
ONE_TAB = timedelta(minutes=2)


class OtherTab(Conflict):
    code = "other_tab"
    title = "Please look at your other tab"

    def __init__(self) -> None:
        super().__init__(
            "Another tab of this browser has just asked for the same, so please look there. "
            "If nothing came of it, try again in two minutes.",
            retry_after=int(ONE_TAB.total_seconds()),
        )


class Session(BaseModel):
    model_config = ConfigDict(frozen=True)

    person_id: UUID
    kind: Kind
    created_at: datetime
    # As of the sign-in and for the navigation alone; what somebody may do is asked of the database.
    is_operator: bool = False

    @property
    def has_account(self) -> bool:
        return self.kind.has_account


class Sessions:
    """`idle_ttl` slides with use, `max_age` does not."""

    def __init__(self, redis: Redis, clock: Clock, *, idle_ttl: timedelta, max_age: timedelta) -> None:
        self._redis = redis
        self._clock = clock
        self._idle_ttl = idle_ttl
        self._max_age = max_age

    async def start(self, person: Person) -> str:
        """The token for the cookie; always a new one, so that a planted cookie is worth nothing."""
        token = new_session_token()
        session = Session(
            person_id=person.id, kind=person.kind, created_at=self._clock(), is_operator=person.is_operator
        )
        with _translated():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.set(_session_key(digest(token)), session.model_dump_json(), ex=self._idle_ttl)
                pipe.sadd(_person_key(person.id), digest(token))
                pipe.expire(_person_key(person.id), self._max_age)
                await pipe.execute()
        return token

    @asynccontextmanager
    async def only_tab(self, browser: str | None) -> AsyncIterator[None]:
        """Several tabs of a browser without a session would each make a new person, and the last cookie would be the
        only one that is kept. One of them may; raises `OtherTab` in the others.

        `browser` is what `SessionCookie.browser` says. What fails leaves the way free.
        """
        if browser is None:
            yield
            return
        key = f"portal:tab:{digest(browser)}"
        try:
            is_first = await self._redis.set(key, 1, nx=True, ex=ONE_TAB)
        except RedisError as error:
            raise Unavailable("redis", "This can't be done right now. Please try again in a minute.") from error
        if not is_first:
            raise OtherTab
        try:
            yield
        except BaseException:
            with suppress(RedisError):
                await self._redis.delete(key)
            raise

    async def find(self, token: str) -> Session | None:
        """`None` for a token that is unknown, ended or too old; otherwise the session is good for another idle time."""
        return await self.find_by_digest(digest(token))

    async def find_by_digest(self, token_digest: str) -> Session | None:
        """The same for who was given the digest in place of the token, as access tokens are."""
        with _translated():
            found = await self._redis.getex(_session_key(token_digest), ex=self._idle_ttl)
        if found is None:
            return None
        session = Session.model_validate_json(found)
        if self._clock() - session.created_at > self._max_age:
            await self._end(token_digest)
            return None
        return session

    async def end(self, token: str) -> None:
        await self._end(digest(token))

    async def _end(self, token_digest: str) -> None:
        with _translated():
            found = await self._redis.getdel(_session_key(token_digest))
            if found is not None:
                person_id = Session.model_validate_json(found).person_id
                await self._redis.srem(_person_key(person_id), token_digest)

    async def end_all(self, person_id: UUID) -> None:
        """Watches the index, so that a session which starts in the same moment is not left out of it, alive."""

        async def end_them(pipe: Pipeline) -> None:
            digests = await pipe.smembers(_person_key(person_id))
            pipe.multi()  # type: ignore[no-untyped-call]
            pipe.delete(*(_session_key(str(one)) for one in digests), _person_key(person_id))

        with _translated():
            await self._redis.transaction(end_them, _person_key(person_id))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise SessionsUnavailable from error


def _session_key(token_digest: str) -> str:
    return f"portal:session:{token_digest}"


def _person_key(person_id: UUID) -> str:
    return f"portal:sessions-of:{person_id}"
