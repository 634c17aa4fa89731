"""Where the streams are caught: between the OpenAI SDK inside LiteLLM and the network."""

import httpx

from litellm_config.coalescing.stream import CoalescedStream
from litellm_config.coalescing.window import Window


class CoalescingTransport(httpx.AsyncBaseTransport):
    """Everything but event streams passes untouched."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._window = Window()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        is_encoded = response.headers.get("content-encoding", "identity") != "identity"
        if response.headers.get("content-type", "").startswith("text/event-stream") and not is_encoded:
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
            response.stream = CoalescedStream(response.stream, self._window)
        return response

    async def aclose(self) -> None:
        await self._transport.aclose()
