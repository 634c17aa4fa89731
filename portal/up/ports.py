"""Which ports the parts listen on: the usual one where it is free, else the next free one."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
NEIGHBOURS = 50


def choose_ports(preferred: Mapping[str, int]) -> dict[str, int]:
    """A free port for each name; 0 as preference leaves the choice to the system.

    Another program may still take one before its part listens; the part's start then ends in `PortTaken`.
    """
    with ExitStack() as held:
        return {name: _hold_port(port, held) for name, port in preferred.items()}


def is_free(port: int) -> bool:
    try:
        _listen(port).close()
    except OSError:
        return False
    return True


def _hold_port(preferred: int, held: ExitStack) -> int:
    neighbours = range(preferred, min(preferred + NEIGHBOURS, 65536)) if preferred else ()
    for port in (*neighbours, 0):
        with suppress(OSError):
            taken: int = held.enter_context(_listen(port)).getsockname()[1]
            return taken
    raise OSError(f"no port is free on {HOST}")


def _listen(port: int) -> socket.socket:
    """Listening is the proof: two sockets may well be bound to the same port."""
    listener = socket.socket()
    try:
        # Else the closed connections of an earlier run keep its ports for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
