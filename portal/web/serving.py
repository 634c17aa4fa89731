"""The portal's server, which ends without failing a request or cutting a stream.

uvicorn alone stops listening when it is told to end, and closes idle connections, into which a request may be on its
way. Whatever stands in front needs a moment to learn that this instance is about to go.
"""

import asyncio
import socket
import time

import uvicorn
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from portal.core.settings import Settings
from portal.web.connection import BoundedProtocol

# Whoever keeps a connection for longer than we do may send a request into its end. Proxies keep theirs for up to a
# minute (nginx: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout).
KEEP_ALIVE_SECONDS = 75
GOODBYE = (b"connection", b"close")
IS_STOPPING = "is_stopping"
LOOK_SECONDS = 0.05
# For a next request on the connection of an answer whose head has promised to keep it.
PROMISED_SECONDS = 1.0


def server_of(app: ASGIApp, settings: Settings) -> "GentleServer":
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        loop="uvloop",
        http=BoundedProtocol,
        # The one of the three that uvicorn will keep. Compression would keep a dictionary for each idle socket.
        ws="websockets-sansio",
        ws_max_size=settings.chat_frame_bytes,
        ws_per_message_deflate=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        lifespan="on",
    )
    return GentleServer(config, stop_delay=settings.stop_delay.total_seconds())


def is_stopping(connection: HTTPConnection) -> bool:
    """Whether the process that serves it was told to end."""
    return bool(getattr(connection.state, IS_STOPPING, False))


class GentleServer(uvicorn.Server):
    """`stop_delay`: seconds in which it goes on accepting after it was told to end."""

    def __init__(self, config: uvicorn.Config, *, stop_delay: float) -> None:
        super().__init__(config)
        self._stop_delay = stop_delay

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Each request has a copy of it as its state.
        self.lifespan.state[IS_STOPPING] = True
        # Answers to requests from now on end their connection, and say so in their head.
        self.server_state.default_headers = [*self.server_state.default_headers, GOODBYE]
        await self._go_on_accepting()
        for server in self.servers:
            server.close()
        self._send_sockets_away()
        await self._finish_answers()
        await super().shutdown(sockets)

    async def _go_on_accepting(self) -> None:
        end = time.monotonic() + self._stop_delay
        # Somebody who presses Ctrl-C again does not want to wait; uvicorn has no event for it.
        while time.monotonic() < end and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    def _send_sockets_away(self) -> None:
        """Browsers open another one, elsewhere, and go on where they were."""
        for connection in list(self.server_state.connections):
            if not isinstance(connection, HttpToolsProtocol):
                connection.shutdown()

    async def _finish_answers(self) -> None:
        if not self.server_state.tasks:
            return
        # uvicorn has no event for it, and looks in the same way.
        while self.server_state.tasks and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.sleep(PROMISED_SECONDS)
