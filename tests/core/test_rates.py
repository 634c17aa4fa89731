import pytest
from redis.asyncio import Redis

from portal.core.errors import LimitReached, Unavailable
from portal.core.rates import Limit, RateLimiter


@pytest.fixture
async def redis(platform):
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        yield redis


async def test_what_is_given_back_can_be_taken_again(redis, address):
    limiter, limit = RateLimiter(redis), Limit("2/hour", "test", address, "Enough.")
    await limiter.take(limit)
    await limiter.take(limit)

    with pytest.raises(LimitReached, match="Enough") as caught:
        await limiter.take(limit)
    assert 0 < caught.value.retry_after <= 3600


async def test_refused_try_does_not_make_the_wait_longer(redis, address):
    """A refused try counts in Redis as well, so giving one back must still open the door after refusals."""
    limiter, limit = RateLimiter(redis), Limit("1/hour", "test", address, "Enough.")
    await limiter.take(limit)
    with pytest.raises(LimitReached):
        await limiter.take(limit)

    await limiter.give_back(limit)

    await limiter.take(limit)


async def test_limit_that_cannot_be_counted_is_not_passed():
    async with Redis.from_url("redis://127.0.0.1:9/0") as nobody:
        with pytest.raises(Unavailable):
            await RateLimiter(nobody).take(Limit("1/hour", "test", "anybody", "Enough."))
