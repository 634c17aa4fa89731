"""A portal in a process of its own, which tests kill. It is forked from one that has loaded the portal already."""

import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess

import httpx
from portal_server import free_ports
from waiting import wait_until

from portal.app import create_app
from portal.core.settings import Settings
from portal.web.serving import server_of

FORK_SERVER = multiprocessing.get_context("forkserver")
# What a portal loads while it starts is loaded here too.
LATE = ("anyio._backends._asyncio", "httpcore", "psycopg", "uvloop", "websockets.server")
FORK_SERVER.set_forkserver_preload(["portal.app", "portal.web.serving", *LATE])


def serve(port: int, settings: dict[str, object]) -> None:
    known = Settings(**settings, port=port)
    server_of(create_app(known), known).run()


@contextmanager
def portal_process(**settings: object) -> Iterator[tuple[BaseProcess, str]]:
    """The process and its address."""
    with portal_processes(settings) as (one,):
        yield one


@contextmanager
def portal_processes(*settings: Mapping[str, object]) -> Iterator[list[tuple[BaseProcess, str]]]:
    """One for each of the settings, all started at once."""
    ports = free_ports(len(settings))
    processes = [FORK_SERVER.Process(target=serve, args=one) for one in zip(ports, settings, strict=True)]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for process in processes:
            process.start()
        for process, url in zip(processes, urls, strict=True):
            wait_until(partial(answers, process, url))
        yield list(zip(processes, urls, strict=True))
    finally:
        for process in processes:
            if process.pid:
                process.kill()
                process.join()


def answers(process: BaseProcess, url: str) -> bool:
    assert process.is_alive(), "the portal has ended"
    try:
        return httpx.get(f"{url}/healthz", timeout=60).is_success
    except httpx.TransportError:
        return False
