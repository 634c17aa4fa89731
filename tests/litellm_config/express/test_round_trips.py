import asyncio
import uuid

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from litellm_config.express.round_trips import RoundTrips

pytestmark = pytest.mark.req("G13")
ADD = "return redis.call('INCRBY', KEYS[1], ARGV[1])"


@pytest.fixture
async def redis(platform):
    async with Redis.from_url(platform.redis_url) as redis:
        yield redis


@pytest.fixture
def key() -> str:
    return f"round-trips-{uuid.uuid4().hex}"


async def test_everybody_gets_their_own_answers(redis, key):
    trips = RoundTrips(redis, [ADD])

    await trips.run(trips.script(ADD, [key], [1]))

    async def add(number: int) -> list:
        return await trips.run(trips.script(ADD, [f"{key}-{number}"], [number]), ("GET", f"{key}-{number}"))

    answers = await asyncio.gather(*(add(number) for number in range(1, 50)))

    assert answers == [[number, str(number).encode()] for number in range(1, 50)]


async def test_who_waits_travels_with_the_others(redis, key):
    trips = RoundTrips(redis, [])
    before = (await redis.info("stats"))["total_commands_processed"]
    first = asyncio.create_task(trips.run(("INCR", key)))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(trips.run(("INCR", key))) for _ in range(20)]

    counts = [count for (count,) in await asyncio.gather(first, *rest)]

    assert counts == [*range(1, 22)]
    assert (await redis.info("stats"))["total_commands_processed"] - before >= 21


async def test_a_mistake_of_one_is_nobody_elses(redis, key):
    trips = RoundTrips(redis, [])
    await redis.set(key, "no number")

    wrong, right = await asyncio.gather(
        trips.run(("INCR", key)), trips.run(("INCR", f"{key}-2")), return_exceptions=True
    )

    assert isinstance(wrong, ResponseError)
    assert right == [1]


async def test_a_redis_that_has_forgotten_the_scripts_is_told_them(redis, key):
    trips = RoundTrips(redis, [ADD])
    add = trips.script(ADD, [key], [2])
    await trips.run(add)
    await redis.script_flush()

    assert await trips.run(("INCR", key), add) == [3, 5]


async def test_without_redis_everybody_is_told():
    async with Redis(host="127.0.0.1", port=1) as nobody:
        trips = RoundTrips(nobody, [])
        answers = await asyncio.gather(*(trips.run(("GET", "a")) for _ in range(3)), return_exceptions=True)

    assert all(isinstance(answer, RedisError | OSError) for answer in answers)


async def test_who_leaves_keeps_nobody_from_the_answer(redis, key):
    trips = RoundTrips(redis, [])
    leaving = asyncio.create_task(trips.run(("INCR", key)))
    staying = asyncio.create_task(trips.run(("INCR", key)))
    await asyncio.sleep(0)
    leaving.cancel()

    assert await staying == [2]
