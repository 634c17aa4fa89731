"""The connections to LiteLLM. A transport alone: cookies, redirects and the rest of a client have no business here."""

import ssl

import httpx

from portal.clients.transport import AiohttpTransport
from portal.gateway.timeouts import Timeouts

# LiteLLM's server closes a connection after 5 idle seconds; ours has to be the first to let go of it.
KEEP_ALIVE_SECONDS = 4
CONNECT_SECONDS = 3


def connect(tls: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    return AiohttpTransport(tls, keep_alive=KEEP_ALIVE_SECONDS)


class Patience:
    """How long one request waits: first for its answer to begin, then for each next piece of it."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._silence = timeouts.silence
        self._seconds = httpx.Timeout(timeouts.first_byte, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS).as_dict()
        self.extensions = {"timeout": self._seconds}

    def answer_has_begun(self) -> None:
        """The transport looks at it again when it begins to read the body."""
        self._seconds["read"] = self._silence
