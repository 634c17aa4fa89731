"""What a worker and its supervisor say to each other, over one pair of sockets.

The worker says its `pid`, then `ready` when it could accept connections, or `failed` and why. It begins when it is
told to `accept`, and says `accepting` when it does. From then on it is asked for a sign of life again and again, which
its event loop gives: `alive`. When it is told to `drain`, and within how many seconds, it says how many requests it had
to cut, and ends. When the supervisor is gone, however it went, the leash breaks and the worker ends at once with all
its children.
"""

import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

LONGEST_REASON = 2000


class Leash:
    """The worker's end. It is held by a thread, because LiteLLM may keep the main one busy.

    `when_told` is called in that thread, with each order.
    """

    def __init__(self, descriptor: int, when_told: Callable[[dict[str, Any]], None]) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.set_inheritable(False)
        self._when_told = when_told
        self._say(pid=os.getpid())
        threading.Thread(target=self._hold, name="leash", daemon=True).start()

    def say_ready(self) -> None:
        self._say(ready=True)

    def say_accepting(self) -> None:
        self._say(accepting=True)

    def say_alive(self) -> None:
        self._say(alive=True)

    def say_failed(self, reason: str) -> None:
        self._say(failed=reason[:LONGEST_REASON])

    def say_cut(self, requests: int) -> None:
        self._say(cut=requests)

    def _say(self, **said: Any) -> None:
        # When it is broken, the thread that holds it ends everything.
        with suppress(OSError):
            self._socket.sendall(json.dumps(said).encode() + b"\n")

    def _hold(self) -> None:
        with self._socket.makefile("rb") as orders:
            for order in orders:
                self._when_told(json.loads(order))
        # A worker leads a group of its own, in which are its children, such as the query engine.
        os.killpg(0, signal.SIGKILL)
