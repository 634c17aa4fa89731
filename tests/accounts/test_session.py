"""Sessions end when they should, and really end."""

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from portal.accounts.session import Sessions
from portal.core.crypto import digest
from portal.models import Kind, Person

START = datetime(2026, 11, 21, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self):
        return self.now


def somebody() -> Person:
    return Person(kind=Kind.PERMISSIONLESS, created_at=START)


@pytest.fixture
async def redis(platform):
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        yield redis


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(redis, clock):
    return Sessions(redis, clock, idle_ttl=timedelta(days=14), max_age=timedelta(days=90))


@pytest.mark.req("K4")
async def test_use_gives_a_session_its_whole_idle_time_again(sessions, redis):
    token = await sessions.start(somebody())
    key = f"portal:session:{digest(token)}"
    await redis.expire(key, 60)

    assert await sessions.find(token)

    assert await redis.ttl(key) > 13 * 86_400


@pytest.mark.req("K4")
async def test_session_has_an_absolute_end(sessions, clock):
    token = await sessions.start(somebody())
    clock.now = START + timedelta(days=90, seconds=1)

    assert await sessions.find(token) is None
    clock.now = START
    assert await sessions.find(token) is None


@pytest.mark.req("K4")
async def test_ended_session_is_unknown(sessions):
    token = await sessions.start(somebody())

    await sessions.end(token)

    assert await sessions.find(token) is None
    await sessions.end(token)


@pytest.mark.req("K4")
async def test_all_sessions_of_one_person_end_together_and_nobody_elses(sessions):
    person, other = somebody(), somebody()
    mine = [await sessions.start(person) for _ in range(3)]
    theirs = await sessions.start(other)

    await sessions.end_all(person.id)

    assert [await sessions.find(token) for token in mine] == [None] * 3
    assert (await sessions.find(theirs)).person_id == other.id
