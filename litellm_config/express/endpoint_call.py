"""One request to an endpoint, as the OpenAI client in LiteLLM would send it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx
import litellm
import orjson

from litellm_config.coalescing.events import EventSplitter
from litellm_config.express.answers import is_whole
from litellm_config.express.endpoints import Endpoint
from litellm_config.express.question import Question, sent_to

EVENT_STREAM = "text/event-stream"
DATA = b"data:"
DONE = b"[DONE]"
NOTHING = httpx.ByteStream(b"")


class EndpointFailed(Exception):
    """It has given no answer that can be passed on. `response`: as LiteLLM's own errors carry it."""

    def __init__(self, status_code: int, response: httpx.Response | None = None) -> None:
        super().__init__(f"the endpoint failed with {status_code}")
        self.status_code = status_code
        self.response = response


@asynccontextmanager
async def ask(endpoint: Endpoint, question: Question, passed: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
    """The head of an answer with status 200. Raises `EndpointFailed`, also for what goes wrong while it is read."""
    is_stream = question.get("stream", False)
    timeout = endpoint.stream_timeout if is_stream else endpoint.timeout
    client: httpx.AsyncClient = litellm.aclient_session
    request = client.build_request(
        "POST",
        f"{endpoint.api_base.rstrip('/')}/chat/completions",
        content=orjson.dumps(sent_to(endpoint.model, question)),
        headers={"content-type": "application/json", "accept": "application/json", **passed, **dict(endpoint.headers)},
        timeout=timeout,
    )
    try:
        response = await client.send(request, stream=True)
        try:
            if response.status_code != HTTPStatus.OK:
                raise EndpointFailed(response.status_code, response)
            yield response
        finally:
            await response.aclose()
            # It holds the response, which holds it: a thousand of these are a tenth of a second for the collector.
            response.stream = NOTHING
    except httpx.TimeoutException as error:
        raise EndpointFailed(HTTPStatus.REQUEST_TIMEOUT) from error
    except httpx.HTTPError as error:
        raise EndpointFailed(HTTPStatus.INTERNAL_SERVER_ERROR) from error


async def read_whole(response: httpx.Response) -> dict[str, Any]:
    """A chat completion with a message in each choice."""
    try:
        answer: dict[str, Any] = orjson.loads(await response.aread())
    except orjson.JSONDecodeError:
        answer = {}
    if not is_whole(answer):
        raise EndpointFailed(HTTPStatus.INTERNAL_SERVER_ERROR, response)
    return answer


async def read_events(response: httpx.Response) -> AsyncIterator[list[dict[str, Any]]]:
    """The chunks of a chat completion, as many at a time as came at a time."""
    if not response.headers.get("content-type", "").startswith(EVENT_STREAM):
        raise EndpointFailed(HTTPStatus.INTERNAL_SERVER_ERROR, response)
    splitter = EventSplitter()
    async for part in response.aiter_bytes():
        chunks: list[dict[str, Any]] = []
        failure: EndpointFailed | None = None
        try:
            chunks.extend(filter(None, map(read_chunk, splitter.feed(part))))
        except EndpointFailed as error:
            failure = error
        # What came before the mistake is part of the answer.
        if chunks:
            yield chunks
        if failure:
            raise failure


def read_chunk(event: bytes) -> dict[str, Any] | None:
    """`None` for comments, and for the end."""
    data = b"\n".join(line[len(DATA) :].strip() for line in event.splitlines() if line.startswith(DATA))
    if not data or data == DONE:
        return None
    try:
        chunk: dict[str, Any] = orjson.loads(data)
        if chunk.get("usage"):
            chunk.setdefault("choices", [])
        choices = chunk["choices"]
        for choice in choices:
            if choice["delta"] is None:
                choice["delta"] = {}
        is_chunk = isinstance(choices, list) and all(isinstance(choice["delta"], dict) for choice in choices)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EndpointFailed(HTTPStatus.INTERNAL_SERVER_ERROR) from error
    if not is_chunk:
        raise EndpointFailed(HTTPStatus.INTERNAL_SERVER_ERROR)
    return chunk
