"""Which endpoint LiteLLM's router, with our part in it, chooses; nothing is called.

LiteLLM takes seconds to load, which only the process that runs these tests is to spend.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

# Pydantic's, about types of LiteLLM.
pytestmark = pytest.mark.filterwarnings("ignore:.*`ReadOnly` qualifier:UserWarning")

CHOICES = 2_000
POINTS = 0.05


def endpoint(model: str, name: str, **settings: object) -> dict:
    params = {"model": "openai/m", "api_base": f"http://127.0.0.1:1/{name}", "api_key": "x", **settings}
    return {"model_name": model, "litellm_params": params, "model_info": {"id": f"{model}-{name}"}}


@pytest.fixture
def router():
    from litellm_config.routing.router import EndpointRouter

    return EndpointRouter(
        model_list=[
            endpoint("m", "a", order=1, weight=5),
            endpoint("m", "b", order=1, weight=3),
            endpoint("m", "c", order=1, weight=2),
            endpoint("m", "d", order=2, weight=9),
            endpoint("alone", "a"),
            endpoint("with-fallback", "a"),
        ],
        fallbacks=[{"with-fallback": ["alone"]}],
        num_retries=2,
    )


@pytest.fixture
def chosen(router) -> Callable[..., Counter[str]]:
    """The shares of the endpoints in so many choices, by their names."""
    from litellm_config.routing.attempts import TRIED

    def choose(model: str = "m", tried: tuple[str, ...] = (), times: int = CHOICES) -> Counter[str]:
        async def all_choices() -> Counter[str]:
            names: Counter[str] = Counter()
            for _ in range(times):
                request = {"metadata": {TRIED: tuple(f"{model}-{name}" for name in tried)}}
                one = await router.async_get_available_deployment(model=model, request_kwargs=request, messages=[])
                names[one["model_info"]["id"].removeprefix(f"{model}-")] += 1
            return names

        return asyncio.run(all_choices())

    return choose


def let_rest(router, *endpoints: str) -> None:
    import litellm

    error = litellm.AuthenticationError("no", llm_provider="openai", model="m")
    for name in endpoints:
        router.cooldown_cache.add_deployment_to_cooldown(name, error, 401, 60)


@pytest.mark.req("G2")
def test_weights_hold_inside_the_first_priority(chosen):
    shares = chosen()

    assert set(shares) == {"a", "b", "c"}
    assert shares["a"] / CHOICES == pytest.approx(0.5, abs=POINTS)
    assert shares["b"] / CHOICES == pytest.approx(0.3, abs=POINTS)
    assert shares["c"] / CHOICES == pytest.approx(0.2, abs=POINTS)


@pytest.mark.req("G2", "G3")
def test_weights_hold_among_those_that_are_left(chosen, router):
    let_rest(router, "m-a")

    shares = chosen()

    assert set(shares) == {"b", "c"}
    assert shares["b"] / CHOICES == pytest.approx(0.6, abs=POINTS)


@pytest.mark.req("G2", "G3")
def test_next_priority_comes_when_all_of_the_first_rest(chosen, router):
    let_rest(router, "m-a", "m-b", "m-c")

    assert set(chosen(times=50)) == {"d"}


@pytest.mark.req("G3")
def test_when_all_rest_they_are_asked_all_the_same(chosen, router):
    """A model is not taken away from people because each of its endpoints failed once, a moment ago."""
    let_rest(router, "m-a", "m-b", "m-c", "m-d", "alone-a")

    assert set(chosen(times=200)) == {"a", "b", "c"}
    assert set(chosen("alone", times=5)) == {"a"}


@pytest.mark.req("G3")
def test_model_that_rests_leaves_its_requests_to_its_fallback(chosen, router):
    from litellm.types.router import RouterRateLimitError

    let_rest(router, "with-fallback-a")

    with pytest.raises(RouterRateLimitError):
        chosen("with-fallback", times=1)


@pytest.mark.req("G3")
def test_fallback_of_all_models_has_none_itself():
    from litellm.types.router import RouterRateLimitError

    from litellm_config.routing.router import EndpointRouter

    router = EndpointRouter(model_list=[endpoint("m", "a"), endpoint("last", "a")], default_fallbacks=["last"])
    let_rest(router, "m-a", "last-a")

    async def choose(model: str) -> str:
        one = await router.async_get_available_deployment(model=model, request_kwargs={}, messages=[])
        return one["model_info"]["id"]

    with pytest.raises(RouterRateLimitError):
        asyncio.run(choose("m"))
    assert asyncio.run(choose("last")) == "last-a"


@pytest.mark.req("G3")
def test_request_meets_no_endpoint_twice_while_another_is_left(chosen, router):
    """Those of the same priority first, though one of a later priority would be rested."""
    let_rest(router, "m-c")

    assert set(chosen(tried=("a",), times=50)) == {"b"}
    assert set(chosen(tried=("a", "b"), times=50)) == {"d"}
    assert set(chosen(tried=("a", "b", "d"), times=50)) == {"c"}
    assert set(chosen(tried=("a", "b", "c", "d"), times=100)) == {"a", "b"}


@pytest.mark.req("G3")
@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("86400", 60), ("0", 10), ("soon", 10), (None, 10)])
def test_busy_endpoint_rests_as_long_as_it_asks_within_reason(said: str | None, seconds: int):
    import litellm

    from litellm_config.routing.faults import rest_seconds

    error = litellm.RateLimitError("busy", llm_provider="openai", model="m")
    error.litellm_response_headers = {"retry-after": said} if said else {}

    assert rest_seconds(error, usual=9.5) == seconds


@pytest.mark.req("G3")
def test_endpoint_is_not_blamed_for_the_one_that_was_tried_before_it(router):
    """LiteLLM tries the second while it handles the error of the first, so the one becomes a reason of the other."""
    import litellm

    from litellm_config.routing.faults import is_unreachable

    params = {"api_key": "x", "max_retries": 0, "timeout": 5}

    async def first(**_: object) -> None:
        await litellm.acompletion("openai/m", [], api_base="http://127.0.0.1:1", **params)

    async def failing(**_: object) -> None:
        raise litellm.InternalServerError("no", llm_provider="openai", model="m")

    async def fail_twice() -> None:
        try:
            await router.make_call(first, model="m")
        except litellm.InternalServerError:
            await router.make_call(failing, model="m")

    with pytest.raises(litellm.InternalServerError) as failed:
        asyncio.run(fail_twice())

    assert is_unreachable(failed.value.__context__)
    assert not is_unreachable(failed.value)
