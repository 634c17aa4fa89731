"""The gateway's port: bound once, and lent to every worker."""

import socket
from contextlib import suppress

from litellm_config.running.errors import GatewayFailed


class Listener:
    """Connections are accepted from the moment a worker listens on the socket.

    The workers share its one queue, so none is lost while one worker stops accepting and another has begun.
    """

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bound(host, port)

    @property
    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def refuse(self) -> None:
        """Without a worker connections would wait in the queue; refused ones know at once. The port stays ours.

        Linux takes a socket that is shut down out of the listening state, and back when the next worker listens.
        """
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        # Nobody else can bind the port then, though nothing listens on it yet.
        return _bind(host, port, shares_port=False)
    except OSError:
        pass
    try:
        # Closed connections of an earlier run may keep the port for a minute.
        return _bind(host, port, shares_port=True)
    except OSError as error:
        raise GatewayFailed(f"The gateway can't listen on {host}:{port}: {error.strerror}.") from error


def _bind(host: str, port: int, *, shares_port: bool) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shares_port)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
