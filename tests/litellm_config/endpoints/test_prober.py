"""A model whose endpoints are all down is shown as unavailable and comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from some_endpoint import NOBODY, QUICK

from litellm_config.catalogue import Endpoint
from litellm_config.endpoints import Prober
from litellm_config.endpoints.prober import LOCK_KEY
from litellm_config.publications import AVAILABILITY_KEY, Availability, ModelAvailability

pytestmark = pytest.mark.req("G4")


@asynccontextmanager
async def probing(redis: Redis, *endpoints: Endpoint) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(Prober(redis, lambda: endpoints, QUICK).run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def said(redis: Redis) -> Availability | None:
    text = await redis.get(AVAILABILITY_KEY)
    return Availability.model_validate_json(text) if text else None


async def state_of(redis: Redis, model: str = "some-model") -> ModelAvailability | None:
    availability = await said(redis)
    return availability.models.get(model) if availability else None


@pytest.fixture
def tells(redis, becomes) -> Callable[..., object]:
    """Waits until the published state of the model is this."""

    async def wait(*, available: bool, up: int, of: int, model: str = "some-model") -> ModelAvailability:
        state = None

        async def is_so() -> bool:
            nonlocal state
            state = await state_of(redis, model)
            return bool(state and (state.available, state.endpoints_up, state.endpoints) == (available, up, of))

        await becomes(is_so, f"{model} does not become {available}, {up} of {of}")
        return state

    return wait


async def test_model_goes_away_with_its_last_endpoint_and_comes_back(redis, some_endpoint, tells):
    one, other = some_endpoint(), some_endpoint()
    async with probing(redis, one.endpoint(), other.endpoint()):
        first = await tells(available=True, up=2, of=2)
        one.status = 503
        assert (await tells(available=True, up=1, of=2)).since == first.since
        other.status = 500
        gone = await tells(available=False, up=0, of=2)
        assert gone.since > first.since
        one.status = other.status = 200
        assert (await tells(available=True, up=2, of=2)).since > gone.since


@pytest.mark.parametrize(
    ("trouble", "is_up"),
    [
        ({"status": 401}, False),
        ({"status": 403}, False),
        ({"status": 500}, False),
        ({"status": 503}, False),
        ({"status": 404}, True),
        ({"status": 405}, True),
        ({"status": 429}, True),
        ({"models": ["another-name"]}, True),
        ({"models": []}, True),
        ({"api_key": "another"}, False),
        ({"silence": 30}, False),
    ],
)
async def test_answer_decides_whether_an_endpoint_is_up(redis, some_endpoint, tells, trouble, is_up):
    endpoint = some_endpoint(**trouble)
    async with probing(redis, endpoint.endpoint(api_key="its-key")):
        await tells(available=is_up, up=int(is_up), of=1)


async def test_endpoint_that_nobody_runs_is_down_and_a_provider_without_address_is_up(redis, tells):
    gone = Endpoint("gone", "chat", "gone", NOBODY)
    wrong = Endpoint("wrong", "chat", "wrong", "no address", headers={"x-wrong": "ü\n"})
    hosted = Endpoint("hosted", "chat", "hosted", None)
    async with probing(redis, gone, wrong, hosted):
        await tells(available=False, up=0, of=1, model="gone")
        await tells(available=False, up=0, of=1, model="wrong")
        await tells(available=True, up=1, of=1, model="hosted")


async def test_endpoint_is_asked_with_its_key_once_for_all_its_models_and_never_for_an_answer(
    redis, some_endpoint, tells
):
    endpoint = some_endpoint(api_key="its-key")
    models = [endpoint.endpoint(f"model-{number}", api_key="its-key") for number in range(20)]
    slow = replace(QUICK, up=60)
    task = asyncio.create_task(Prober(redis, lambda: models, slow).run())
    await tells(available=True, up=1, of=1, model="model-19")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert endpoint.asked == ["GET /v1/models"]


async def test_one_bad_answer_is_no_outage(redis, some_endpoint, tells, becomes):
    endpoint = some_endpoint()
    async with probing(redis, endpoint.endpoint()):
        first = await tells(available=True, up=1, of=1)
        endpoint.hiccups = 1

        async def has_recovered() -> bool:
            return not endpoint.hiccups and len(endpoint.asked) > asked + 3

        asked = len(endpoint.asked)
        await becomes(has_recovered)

        assert await state_of(redis) == first


async def test_changed_catalogue_is_probed_without_a_restart(redis, some_endpoint, tells, becomes):
    endpoints = [some_endpoint().endpoint("before")]
    task = asyncio.create_task(Prober(redis, lambda: endpoints, QUICK).run())
    await tells(available=True, up=1, of=1, model="before")

    endpoints[:] = [some_endpoint().endpoint("after")]

    await tells(available=True, up=1, of=1, model="after")
    assert await state_of(redis, "before") is None
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_one_of_several_gateways_probes_and_another_goes_on_when_it_dies(redis, some_endpoint, tells, becomes):
    mine, yours = some_endpoint(), some_endpoint()
    async with probing(redis, mine.endpoint()) as first:
        since = (await tells(available=True, up=1, of=1)).since
        async with probing(redis, yours.endpoint()):

            async def mine_was_asked_more() -> bool:
                return len(mine.asked) > asked + 3

            asked = len(mine.asked)
            await becomes(mine_was_asked_more)
            assert yours.asked == []

            # As when the machine goes: the lock is not given back, it runs out.
            held = await redis.get(LOCK_KEY)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await redis.set(LOCK_KEY, held, px=300)

            async def yours_was_asked() -> bool:
                return bool(yours.asked)

            await becomes(yours_was_asked)
            assert (await tells(available=True, up=1, of=1)).since == since


async def test_old_news_expires(redis, some_endpoint, tells):
    async with probing(redis, some_endpoint().endpoint()):
        await tells(available=True, up=1, of=1)

    assert 0 < await redis.pttl(AVAILABILITY_KEY) <= QUICK.news * 1000


async def test_probing_goes_on_when_redis_is_back(redis, some_endpoint, becomes, tells):
    """Its connections are cut and everything in it is lost, as when it starts anew."""
    endpoint = some_endpoint()
    async with probing(redis, endpoint.endpoint()):
        await tells(available=True, up=1, of=1)
        await redis.flushdb()
        await redis.client_kill_filter(_type="normal", skipme=True)
        # Ours were cut as well.
        await redis.connection_pool.disconnect()

        await tells(available=True, up=1, of=1)


async def test_what_is_published_names_no_address_and_no_key(redis, some_endpoint, tells):
    endpoint = some_endpoint(api_key="its-secret-key")
    async with probing(redis, endpoint.endpoint(api_key="its-secret-key")):
        await tells(available=True, up=1, of=1)
        text = await redis.get(AVAILABILITY_KEY)

    assert "127.0.0.1" not in text
    assert "its-secret-key" not in text
