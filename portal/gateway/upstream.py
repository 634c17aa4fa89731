"""The connection to LiteLLM."""

import ssl

import httpx

from portal.gateway.timeouts import Timeouts

# LiteLLM's server closes a connection after 5 idle seconds; ours has to be the first to let go of it.
KEEP_ALIVE_SECONDS = 4
CONNECT_SECONDS = 3


def connect(url: str, tls: ssl.SSLContext, timeouts: Timeouts) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(timeouts.first_byte, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE_SECONDS),
        trust_env=False,
        verify=tls,
    )
