"""A portal in a process of its own, which tests kill. It is forked from one that has loaded the portal already."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import httpx
from portal_server import free_port
from waiting import wait_until

from portal.app import create_app
from portal.core.settings import Settings
from portal.web.serving import server_of

FORK_SERVER = multiprocessing.get_context("forkserver")
FORK_SERVER.set_forkserver_preload(["portal.app", "uvicorn"])


def serve(port: int, settings: dict[str, object]) -> None:
    known = Settings(**settings, port=port)
    server_of(create_app(known), known).run()


@contextmanager
def portal_process(**settings: object) -> Iterator[tuple[BaseProcess, str]]:
    """The process and its address."""
    port = free_port()
    process = FORK_SERVER.Process(target=serve, args=(port, settings))
    process.start()
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.is_alive(), "the portal has ended"
        try:
            return httpx.get(f"{url}/healthz", timeout=60).is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(answers)
        yield process, url
    finally:
        process.kill()
        process.join()
