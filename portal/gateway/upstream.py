"""The connection to LiteLLM."""

import ssl

import httpx

# LiteLLM's server closes a connection after 5 idle seconds; ours has to be the first to let go of it.
KEEP_ALIVE_SECONDS = 4
CONNECT_SECONDS = 3
READ_SECONDS = 600


def connect(url: str, tls: ssl.SSLContext, *, read_seconds: float = READ_SECONDS) -> httpx.AsyncClient:
    """`read_seconds` is the longest silence: before the first byte of an answer, and between two of them."""
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE_SECONDS),
        trust_env=False,
        verify=tls,
    )
