"""What `config.yaml` hangs into LiteLLM. It is imported by LiteLLM, before the first request.

https://docs.litellm.ai/docs/proxy/call_hooks
"""

import ssl

import httpx
import litellm
from litellm.integrations.custom_logger import CustomLogger
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, get_ssl_configuration

from litellm_config.coalescing import CoalescingTransport
from litellm_config.response_cache import ResponseCache
from litellm_config.routing.controls import RequestControls
from litellm_config.routing.transport import EndpointTransport
from litellm_config.tracing import traced_endpoints

# The longest silence; LiteLLM's own time-outs per model are shorter and come with each request.
TIMEOUT_SECONDS = 600


class StreamCoalescing(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    """Hears nothing of the calls; it is the form in which LiteLLM loads what belongs to a proxy."""

    def __init__(self) -> None:
        super().__init__()
        litellm.aclient_session = coalescing_client()


def coalescing_client() -> httpx.AsyncClient:
    """The client that LiteLLM would have made for OpenAI-compatible endpoints, with our transport around its own."""
    verify = get_ssl_configuration()
    is_context = isinstance(verify, ssl.SSLContext)
    transport = AsyncHTTPHandler.create_async_transport(
        ssl_context=verify if is_context else None, ssl_verify=None if is_context else verify
    )
    mounts = AsyncHTTPHandler.create_httpx_proxy_mounts(transport, verify=verify, cert=None)
    return httpx.AsyncClient(
        transport=endpoint_transport(transport or httpx.AsyncHTTPTransport(verify=verify)),
        mounts={pattern: mount and endpoint_transport(mount) for pattern, mount in (mounts or {}).items()},
        timeout=TIMEOUT_SECONDS,
        follow_redirects=True,
    )


def endpoint_transport(transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
    return CoalescingTransport(EndpointTransport(traced_endpoints(transport)))


stream_coalescing = StreamCoalescing()
response_cache = ResponseCache()
request_controls = RequestControls()
