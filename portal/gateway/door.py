"""The only way from outside to LiteLLM: a raw ASGI application, mounted at `/api/v1`.

It decides what gets in and what gets out, and nothing about models, keys or limits: those are LiteLLM's.
No part of a request's path, query, cookies or other headers reaches LiteLLM, and no header of LiteLLM's the client,
except those named here.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
import structlog

from portal.gateway import errors
from portal.gateway.complaints import answer_to, read_complaint
from portal.gateway.errors import ApiError
from portal.gateway.events import WholeEvents
from portal.gateway.exchange import Exchange
from portal.gateway.presence import ClientGone, Receive, Send, while_present
from portal.gateway.routes import ROUTES, Route, find_route

BODY_SILENCE_SECONDS = 30
SUCCESS = range(200, 300)
KEY = re.compile(rb"bearer +([\x21-\x7e]+)", re.IGNORECASE)
REQUEST_HEADERS = frozenset({b"accept", b"content-type"})
RESPONSE_HEADERS = frozenset({b"content-type", b"retry-after", b"cache-control", b"x-cache"})
LIMIT_HEADER = re.compile(rb"x-ratelimit-(?:limit|remaining|reset)-(?:requests|tokens)")


log = structlog.get_logger()


class Door:
    """`is_starting` tells, when LiteLLM cannot be reached, whether that is because it is still starting."""

    def __init__(self, upstream: httpx.AsyncClient, *, max_body_bytes: int, is_starting: Callable[[], bool]) -> None:
        self._upstream = upstream
        self._max_body_bytes = max_body_bytes
        self._is_starting = is_starting
        self._urls = {route.name: upstream.base_url.join(f"v1/{route.name}") for route in ROUTES.values()}

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        exchange = Exchange(scope, send)
        try:
            await self._let_in(scope, receive, exchange)
        except ApiError as error:
            await exchange.refuse(error)
        except ClientGone:
            exchange.client_left()
        except Exception:
            if exchange.has_begun:
                raise
            log.exception("gateway.failed", request_id=exchange.request_id)
            await exchange.refuse(errors.internal_error())
        finally:
            exchange.record()

    async def _let_in(self, scope: Mapping[str, Any], receive: Receive, exchange: Exchange) -> None:
        route = find_route(scope)
        exchange.path = route.name
        headers = upstream_headers(scope["headers"], exchange.request_id)
        body = await self._read_body(dict(scope["headers"]).get(b"content-length"), receive)
        request = httpx.Request(route.method, self._urls[route.name], headers=headers, content=body)
        last = await while_present(receive, self._relay(route, request, exchange))
        await exchange.end(last)

    async def _read_body(self, declared_length: bytes | None, receive: Receive) -> bytes:
        """The whole body is read before LiteLLM is asked, so a slow or oversized upload costs it nothing."""
        if declared_length and int(declared_length) > self._max_body_bytes:
            raise errors.body_too_large(self._max_body_bytes)
        parts: list[bytes] = []
        size, has_more = 0, True
        while has_more:
            try:
                async with asyncio.timeout(BODY_SILENCE_SECONDS):
                    message = await receive()
            except TimeoutError as error:
                raise errors.body_too_slow() from error
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            has_more = message.get("more_body", False)
            size += len(parts[-1])
            if size > self._max_body_bytes:
                raise errors.body_too_large(self._max_body_bytes)
        return b"".join(parts)

    async def _relay(self, route: Route, request: httpx.Request, exchange: Exchange) -> bytes:
        """Everything but the last bytes, which it returns."""
        try:
            response = await self._upstream.send(request, stream=True)
            try:
                relay = relay_events if is_event_stream(response) else relay_whole
                return await relay(route, response, exchange)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise (errors.gateway_starting() if self._is_starting() else errors.gateway_unavailable()) from error
        except httpx.TimeoutException as error:
            raise errors.upstream_timeout() from error
        except httpx.HTTPError as error:
            raise errors.upstream_error() from error


def upstream_headers(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    key, passed = None, []
    for name, value in headers:
        if name == b"authorization":
            key = KEY.fullmatch(value)
        elif name in REQUEST_HEADERS:
            passed.append((name, value))
    if not key:
        raise errors.missing_api_key()
    return [
        *passed,
        (b"authorization", b"Bearer " + key[1]),
        (b"accept-encoding", b"identity"),
        (b"x-request-id", request_id.encode("latin-1")),
        (b"x-litellm-call-id", call_id(request_id).encode("latin-1")),
    ]


def call_id(request_id: str) -> str:
    """LiteLLM keys its spend records by it, so two requests under one id of the caller's choice must differ."""
    return f"{request_id}-{secrets.token_hex(8)}"


def client_headers(response: httpx.Response) -> list[tuple[bytes, bytes]]:
    lowered = [(name.lower(), value) for name, value in response.headers.raw]
    return [(name, value) for name, value in lowered if name in RESPONSE_HEADERS or LIMIT_HEADER.fullmatch(name)]


def is_event_stream(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return response.status_code in SUCCESS and kind.startswith("text/event-stream")


async def relay_events(route: Route, response: httpx.Response, exchange: Exchange) -> bytes:
    """Each chunk goes on as it comes. After the first byte an error can only be said as an event, never by silence."""
    events = WholeEvents(ends_with_done=route.ends_with_done)
    await exchange.begin(response.status_code, client_headers(response))
    try:
        async for chunk in response.aiter_raw():
            if whole := events.feed(chunk):
                await exchange.write(whole)
        last = events.finish()
        exchange.error = events.error
    except httpx.HTTPError as error:
        broken = errors.upstream_timeout() if isinstance(error, httpx.TimeoutException) else errors.stream_interrupted()
        last, exchange.error = broken.event(), broken.code
    return last


async def relay_whole(route: Route, response: httpx.Response, exchange: Exchange) -> bytes:
    """Read to its end before the client gets a byte, so that an answer that breaks off can still become a 502."""
    body = await response.aread()
    if response.status_code not in SUCCESS:
        said = read_complaint(response.status_code, body)
        raise answer_to(said, retry_after=seconds_to_wait(response), model=requested_model(response.request))
    if route.model is not None:
        body = model_card(body, route.model)
    await exchange.begin(response.status_code, client_headers(response), length=len(body))
    return body


def seconds_to_wait(response: httpx.Response) -> str | None:
    """LiteLLM's own, else what the endpoint said."""
    seconds: str | None = response.headers.get("retry-after") or response.headers.get("llm_provider-retry-after")
    return seconds


def model_card(body: bytes, model: str) -> bytes:
    """One entry of the list: the name never becomes part of a path at LiteLLM."""
    cards: list[dict[str, Any]] = json.loads(body)["data"]
    for card in cards:
        if card["id"] == model:
            return json.dumps(card).encode()
    raise errors.model_not_found(model)


def requested_model(request: httpx.Request) -> str | None:
    """For the message of an error, so it is read only then. Forms are left alone."""
    try:
        body = json.loads(request.content)
    except ValueError:
        return None
    model = body.get("model") if isinstance(body, dict) else None
    return model[:100] if isinstance(model, str) else None
