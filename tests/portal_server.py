"""One more portal, in a thread of the test run, with settings of the test's choice."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import uvicorn
from waiting import wait_until

from portal.app import create_app
from portal.core.settings import Settings

if TYPE_CHECKING:
    from platform_run import Platform


@dataclass(frozen=True)
class PortalServer:
    url: str
    settings: Settings


@contextmanager
def running_portal(platform: "Platform", **changes: object) -> Iterator[PortalServer]:
    settings = Settings(
        **{
            "database_url": platform.database_url,
            "redis_url": platform.redis_url,
            "litellm_api_endpoint": platform.gateway_url,
            "litellm_admin_key": platform.admin_key,
            "trusted_proxies": ["127.0.0.1/32"],
            **changes,
        }
    )
    with served(create_app(settings), ws_max_size=settings.chat_frame_bytes) as url:
        yield PortalServer(url, settings)


@contextmanager
def served(app: object, port: int = 0, **options: object) -> Iterator[str]:
    """Any ASGI application over real HTTP; gives its address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
        **options,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        listener.close()
        assert not thread.is_alive()


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [listener.getsockname()[1] for listener in listeners]


def wait_for_gateway(url: str, state: str = "ready") -> None:
    wait_until(lambda: httpx.get(f"{url}/api/status", timeout=30).json()["gateway"] == state)
