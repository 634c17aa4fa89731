"""The worker's part: an ASGI application on a port that it shares, and an end that no request notices."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from litellm_config.running.leash import Leash
from litellm_config.running.unhandled import App, without_exceptions

# Whoever keeps a connection for longer may send a request into its end; the portal lets go after 4 seconds.
KEEP_ALIVE_SECONDS = 5
LOOK_SECONDS = 0.05
# For what is left after the time to drain.
CANCEL_SECONDS = 1
EXCEPTION = re.compile(r"^[\w.]+: ", re.MULTILINE)
GOODBYE = (b"connection", b"close")


def serve(app: App, listener: int, leash_end: int) -> None:
    """Runs until it is told to end."""
    server = DrainingServer(app, leash_end)
    try:
        server.run([socket.socket(fileno=listener)])
    except Exception as error:
        # Threads of LiteLLM could keep the process for ever; the supervisor ends it when it hears of this.
        server.leash.say_failed(f"{type(error).__name__}: {error}")
        raise


class DrainingServer(uvicorn.Server):
    """Ends without failing a request: uvicorn alone would close idle connections, into which one may be on its way."""

    def __init__(self, app: App, leash_end: int) -> None:
        super().__init__(
            uvicorn.Config(
                self._with_news_of_its_start(without_exceptions(app)),
                log_level="warning",
                access_log=False,
                loop="uvloop",
                http="httptools",
                lifespan="on",
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=CANCEL_SECONDS,
            )
        )
        self._may_accept = threading.Event()
        self._deadline = 0.0
        self._loop: asyncio.AbstractEventLoop
        self.leash = Leash(leash_end, self.obey)

    def obey(self, order: Mapping[str, Any]) -> None:
        """Called from another thread. To drain may be said again, to shorten the time."""
        if "ask" in order:
            # When the loop has ended the process is about to.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.leash.say_alive)
            return
        if "drain" in order:
            self._deadline = time.monotonic() + order["drain"]
            self.should_exit = True
        self._may_accept.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.leash.say_accepting()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        self._say_goodbye()
        # uvicorn has no event for it, and looks in the same way.
        while self.server_state.connections and time.monotonic() < self._deadline:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        if requests := len(self.server_state.tasks):
            self.leash.say_cut(requests)
        await super().shutdown(sockets)

    def _say_goodbye(self) -> None:
        """Answers to requests from now on end their connection and say so in their head.

        What was begun before keeps it, as its head has promised, for the idle seconds of every connection.
        """
        self.config.encoded_headers.append(GOODBYE)
        self.server_state.default_headers = [*self.server_state.default_headers, GOODBYE]
        loop = asyncio.get_running_loop()
        for connection in self.server_state.connections:
            # One that has never had a request has no time-out of uvicorn's yet.
            if isinstance(connection, HttpToolsProtocol) and connection.cycle is None:
                end = connection.timeout_keep_alive_handler
                connection.timeout_keep_alive_task = loop.call_later(KEEP_ALIVE_SECONDS, end)

    def _with_news_of_its_start(self, app: App) -> App:
        """uvicorn begins to listen when the application has said that its start is complete."""

        async def telling(scope: Any, receive: Any, send: Any) -> None:
            async def tell_and_send(message: dict[str, Any]) -> None:
                if message["type"] == "lifespan.startup.complete":
                    self.leash.say_ready()
                    await asyncio.to_thread(self._may_accept.wait)
                elif message["type"] == "lifespan.startup.failed":
                    self.leash.say_failed(_exception_of(str(message.get("message", ""))))
                await send(message)

            await app(scope, receive, tell_and_send if scope["type"] == "lifespan" else send)

        return telling


def _exception_of(traceback: str) -> str:
    """The traceback's end, which may take several lines."""
    starts = [found.start() for found in EXCEPTION.finditer(traceback)]
    return traceback[starts[-1] :] if starts else "it gave no reason"
