"""Endpoints without a model list are asked for theirs, again and again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import pytest
from some_endpoint import NOBODY, QUICK

from litellm_config.catalogue import SeedEndpoint
from litellm_config.endpoints import Discovery

pytestmark = pytest.mark.req("G4", "G7")


@asynccontextmanager
async def discovering(*seeds: SeedEndpoint) -> AsyncIterator[list[Mapping[str, tuple[str, ...]]]]:
    changes: list[Mapping[str, tuple[str, ...]]] = []

    async def note(models: Mapping[str, tuple[str, ...]]) -> None:
        changes.append(models)

    task = asyncio.create_task(Discovery(lambda: seeds, note, QUICK).run())
    try:
        yield changes
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_new_model_of_an_endpoint_is_found(some_endpoint, becomes):
    endpoint = some_endpoint(models=["one"], api_key="its-key")
    async with discovering(SeedEndpoint(endpoint.url, "its-key")) as changes:

        async def found(*models: str) -> bool:
            return bool(changes) and changes[-1] == {endpoint.url: models}

        await becomes(lambda: found("one"))
        endpoint.models = ["two", "one"]
        await becomes(lambda: found("one", "two"))

    assert len(changes) == 2


async def test_list_in_another_order_or_empty_or_failing_changes_nothing(some_endpoint, becomes):
    endpoint = some_endpoint(models=["one", "two"])
    async with discovering(SeedEndpoint(endpoint.url)) as changes:

        async def is_asked_again() -> bool:
            return len(endpoint.asked) > asked + 1

        for trouble in ({"models": ["two", "one"]}, {"models": []}, {"status": 500}):
            for name, value in trouble.items():
                setattr(endpoint, name, value)
            asked = len(endpoint.asked) + (not changes)
            await becomes(is_asked_again)

    assert changes == [{endpoint.url: ("one", "two")}]


async def test_endpoint_that_comes_late_is_found_beside_one_that_is_there(some_endpoint, becomes):
    here, late = some_endpoint(models=["here"]), some_endpoint(models=["late"], status=503)
    async with discovering(SeedEndpoint(here.url), SeedEndpoint(late.url), SeedEndpoint(NOBODY)) as changes:

        async def both_are_there() -> bool:
            return bool(changes) and changes[-1] == {here.url: ("here",), late.url: ("late",)}

        async def one_is_there() -> bool:
            return bool(changes) and changes[-1] == {here.url: ("here",)}

        await becomes(one_is_there)
        late.status = 200
        await becomes(both_are_there)
