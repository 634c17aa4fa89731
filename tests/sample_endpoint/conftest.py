import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn
from openai import OpenAI

from portal.sample_endpoint import Options, create_app


@contextmanager
def running(options: Options) -> Iterator[str]:
    """A real server in a thread of its own; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(options), log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    with running(Options()) as url:
        yield url


@pytest.fixture
def endpoint_with() -> Iterator[Callable[..., str]]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running(Options(**options)))


@pytest.fixture
def client_of() -> Iterator[Callable[..., OpenAI]]:
    with ExitStack() as stack:
        yield lambda url, key="any": stack.enter_context(OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0))


@pytest.fixture
def client(endpoint: str, client_of: Callable[..., OpenAI]) -> OpenAI:
    return client_of(endpoint)
