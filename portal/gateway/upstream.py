"""The connection to LiteLLM."""

import httpx

# LiteLLM's server closes a connection after 5 idle seconds; ours has to be the first to let go of it.
KEEP_ALIVE_SECONDS = 4
CONNECT_SECONDS = 3
READ_SECONDS = 600
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE_SECONDS)


class Upstream(httpx.AsyncClient):
    """A client that can also forward: a request goes out as it is, with no cookie kept and no redirect followed."""

    def __init__(self, url: str, timeout: httpx.Timeout) -> None:
        self._pool = httpx.AsyncHTTPTransport(limits=LIMITS, trust_env=False)
        super().__init__(base_url=url, transport=self._pool, timeout=timeout, trust_env=False)

    async def forward(self, request: httpx.Request) -> httpx.Response:
        """The answer is open: whoever asked closes it."""
        request.extensions["timeout"] = self.timeout.as_dict()
        response = await self._pool.handle_async_request(request)
        response.request = request
        return response


def connect(url: str, *, read_seconds: float = READ_SECONDS) -> Upstream:
    """`read_seconds` is the longest silence: before the first byte of an answer, and between two of them."""
    return Upstream(url, httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS))
