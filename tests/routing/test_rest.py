"""Endpoints that failed rest for a while, and come back by themselves."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

import pytest
from model_endpoint import Endpoint
from portal_server import served
from scraped import named, samples

MODEL = "routing-rest"


@pytest.mark.req("G3")
@pytest.mark.parametrize("fault", ["refused", "401", "429", "hang"])
def test_endpoint_rests_and_comes_back(endpoint_ports, client, wait_until: Callable[..., None], fault: str):
    first, second = Endpoint("first", fault), Endpoint("second")
    first_port, second_port = endpoint_ports[MODEL]
    with ExitStack() as stack:
        stack.enter_context(served(second, second_port))
        if fault != "refused":
            stack.enter_context(served(first, first_port))
        assert client.ask(MODEL).text == "second"
        if fault == "refused":
            stack.enter_context(served(first, first_port))
        first.fault = ""

        assert client.ask(MODEL).text == "second"
        wait_until(lambda: client.ask(MODEL).text == "first")


@pytest.mark.req("G3")
def test_endpoint_that_fails_once_stays_in_use(endpoints, client):
    """Of a model that no other test asks: what failed in the same minute counts."""
    first, _ = endpoints("routing-once", "500", "")
    first.heals = True

    assert client.ask("routing-once").text == "second"
    assert client.ask("routing-once").text == "first"


@pytest.mark.req("G3")
def test_endpoint_that_mostly_fails_rests(platform, endpoints, client, wait_until: Callable[..., None]):
    first, _ = endpoints(MODEL, "500", "")

    def rests() -> bool:
        before = first.asked
        assert client.ask(MODEL).text == "second"
        return first.asked == before

    def is_told_of() -> bool:
        client.ask(MODEL)
        return 1 in named(samples(platform.gateway_url), "gateway_endpoint_resting").values()

    wait_until(rests)
    wait_until(is_told_of)


@pytest.mark.req("G5")
@pytest.mark.filterwarnings("ignore:.*`ReadOnly` qualifier:UserWarning")
def test_what_one_instance_has_noted_the_others_know(platform, wait_until: Callable[..., None]):
    import litellm

    from litellm_config.routing.rest import note_failure
    from litellm_config.routing.router import EndpointRouter

    names = [uuid4().hex, uuid4().hex]
    params = {"model": "openai/m", "api_base": "http://127.0.0.1:1", "api_key": "x"}
    entries = [
        {"model_name": "m", "litellm_params": {**params, "order": order}, "model_info": {"id": name}}
        for order, name in enumerate(names)
    ]
    one, other = (EndpointRouter(model_list=entries, redis_url=platform.redis_url) for _ in range(2))

    async def chosen_by(router: EndpointRouter) -> str:
        choice = await router.async_get_available_deployment(model="m", request_kwargs={}, messages=[])
        return choice["model_info"]["id"]

    with asyncio.Runner() as runner:
        assert runner.run(chosen_by(other)) == names[0]
        note_failure(one, names[0], litellm.AuthenticationError("no", llm_provider="openai", model="m"))

        wait_until(lambda: runner.run(chosen_by(other)) == names[1])
