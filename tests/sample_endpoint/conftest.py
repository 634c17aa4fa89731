from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from openai import OpenAI
from portal_server import served

from portal.sample_endpoint import Options, create_app


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with served(create_app(Options())) as url:
        yield url


@pytest.fixture
def endpoint_with() -> Iterator[Callable[..., str]]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(served(create_app(Options(**options))))


@pytest.fixture
def client_of() -> Iterator[Callable[..., OpenAI]]:
    with ExitStack() as stack:
        yield lambda url, key="any": stack.enter_context(OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))


@pytest.fixture
def client(endpoint: str, client_of: Callable[..., OpenAI]) -> OpenAI:
    return client_of(endpoint)
