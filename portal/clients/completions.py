"""Chat completions of LiteLLM, streamed. https://docs.litellm.ai/docs/completion/stream

Callers see pieces of an answer, or a `CompletionFailed`; never httpx, and never a word of LiteLLM's.
"""

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx
import orjson

from portal.clients.completion_errors import BrokenOff, GatewayUnavailable, TimedOut, failure_of
from portal.clients.completion_events import Events, Piece
from portal.clients.litellm_complaint import read_complaint

CONNECT_SECONDS = 3


@dataclass(frozen=True)
class Question:
    """`may_be_stored`: an answer may come from LiteLLM's cache and be kept there, where the model's entry says so.

    `is_continued`: the last message is a request to go on with an answer, so no thoughts stand at its beginning.
    """

    model: str
    messages: Sequence[Mapping[str, str]]
    parameters: Mapping[str, float] = field(default_factory=dict)
    may_be_stored: bool = True
    is_continued: bool = False

    def body(self) -> bytes:
        cache = {} if self.may_be_stored else {"cache": {"use-cache": False}}
        asked = {"model": self.model, "messages": self.messages, "stream": True, **self.parameters, **cache}
        return orjson.dumps({**asked, "stream_options": {"include_usage": True}})


class Completions:
    """`first_byte`, `silence`: seconds that a model may take to begin its answer, and to go on with it."""

    def __init__(self, upstream: httpx.AsyncBaseTransport, url: str, *, first_byte: float, silence: float) -> None:
        self._upstream = upstream
        self._url = httpx.URL(f"{url.rstrip('/')}/v1/chat/completions")
        self._first_byte = first_byte
        self._silence = silence

    async def stream(self, question: Question, key: str, *, request_id: str = "") -> AsyncGenerator[Piece, None]:
        """Closing it, or ending the task that reads it, ends the request. Raises `CompletionFailed`."""
        seconds = httpx.Timeout(self._first_byte, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS).as_dict()
        request = httpx.Request(
            "POST",
            self._url,
            headers=_headers(key, request_id),
            content=question.body(),
            extensions={"timeout": seconds},
        )
        try:
            response = await self._upstream.handle_async_request(request)
            try:
                # The transport looks at it again when it begins to read the body.
                seconds["read"] = self._silence
                if response.status_code != HTTPStatus.OK:
                    said = read_complaint(response.status_code, await response.aread())
                    raise failure_of(said, retry_after=_seconds_to_wait(response.headers))
                assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
                events = Events(may_think=not question.is_continued)
                async for chunk in response.stream:
                    if piece := events.feed(chunk):
                        yield piece
                yield events.finish()
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GatewayUnavailable from error
        except httpx.TimeoutException as error:
            raise TimedOut from error
        except httpx.HTTPError as error:
            raise BrokenOff from error


def _headers(key: str, request_id: str) -> dict[str, str]:
    named = request_id or secrets.token_hex(16)
    return {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "accept-encoding": "identity",
        "x-request-id": named,
        # LiteLLM keys its spend records by it, so no two requests may have the same.
        "x-litellm-call-id": f"{named}-{secrets.token_hex(8)}",
    }


def _seconds_to_wait(headers: httpx.Headers) -> str:
    """LiteLLM's own, else what the endpoint said."""
    return headers.get("retry-after") or headers.get("llm_provider-retry-after") or ""
