"""The gateway's port: bound once, and lent to every worker."""

import socket

from litellm_config.running.errors import GatewayFailed


class Listener:
    """Connections are accepted from the moment a worker listens on the socket.

    The workers share its one queue, so none is lost while one worker stops accepting and another has begun.

    The connections of a worker that was killed keep the port for a while. Listening succeeds beside them only if they
    and the socket have SO_REUSEADDR, which connections inherit from the socket that they were accepted from. Without
    it nobody else can bind the port while no worker listens, so the socket has it only for as long as one does.
    """

    def __init__(self, host: str, port: int) -> None:
        self._socket = _bound(host, port)

    @property
    def fileno(self) -> int:
        return self._socket.fileno()

    def allow(self) -> None:
        """Before a worker listens."""
        self._share(shared=True)

    def refuse(self) -> None:
        """Without a worker connections would wait in the queue; refused ones know at once. The port stays ours.

        Linux takes a socket that is shut down out of the listening state, and back when the next worker listens. One
        that does not listen would stay shut down, and so would every connection that is accepted from it later.
        """
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._share(shared=False)

    def close(self) -> None:
        self._socket.close()

    def _share(self, *, shared: bool) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shared)


def _bound(host: str, port: int) -> socket.socket:
    try:
        # Nobody else can bind the port then, though nothing listens on it yet.
        return _bind(host, port, shares_port=False)
    except OSError:
        pass
    try:
        # The connections of a gateway that was killed may keep the port for a minute.
        return _bind(host, port, shares_port=True)
    except OSError as error:
        raise GatewayFailed(f"The gateway can't listen on {host}:{port}: {error.strerror}.") from error


def _bind(host: str, port: int, *, shares_port: bool) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shares_port)
        bound.bind((host, port))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    except OSError:
        bound.close()
        raise
    return bound
