import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from portal_server import served
from redis.asyncio import Redis

sys.path.insert(0, str(Path(__file__).parent))

from some_endpoint import SomeEndpoint

DATABASES = itertools.cycle(range(8, 16))


@pytest.fixture
def some_endpoint() -> Iterator[Callable[..., SomeEndpoint]]:
    with ExitStack() as stack:

        def start(**fields: object) -> SomeEndpoint:
            endpoint = SomeEndpoint(**fields)
            endpoint.url = stack.enter_context(served(endpoint)) + "/v1"
            return endpoint

        yield start


@pytest.fixture
async def redis(platform) -> AsyncIterator[Redis]:
    """A database that no gateway writes to."""
    url = urlsplit(platform.redis_url)._replace(path=f"/{next(DATABASES)}").geturl()
    async with Redis.from_url(url, decode_responses=True) as redis:
        await redis.flushdb()
        yield redis


@pytest.fixture
def becomes() -> Callable[..., Awaitable[None]]:
    async def wait(condition: Callable[[], Awaitable[bool]], what: str = "", seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not await condition():
            assert time.monotonic() < deadline, what
            await asyncio.sleep(0.01)

    return wait
