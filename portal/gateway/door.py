"""The only way from outside to LiteLLM: a raw ASGI application, mounted at `/api/v1`.

It decides what gets in and what gets out, and nothing about models, keys or limits: those are LiteLLM's.
No part of a request's path, query, cookies or other headers reaches LiteLLM, and no header of LiteLLM's the client,
except those named here.
"""

import asyncio
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
import structlog

from portal.clients.litellm_complaint import read_complaint
from portal.gateway import errors
from portal.gateway.admission import Admission
from portal.gateway.complaints import answer_to
from portal.gateway.errors import ApiError
from portal.gateway.events import WholeEvents
from portal.gateway.exchange import Exchange
from portal.gateway.form import read_form
from portal.gateway.meters import Meters
from portal.gateway.model_list import FindModel, described, one_of
from portal.gateway.presence import ClientGone, Receive, Send, while_present
from portal.gateway.question import LONGEST_MODEL, read_question
from portal.gateway.room import Held
from portal.gateway.routes import MODELS, ROUTES, Route, find_route
from portal.gateway.served import Served
from portal.gateway.timeouts import Timeouts
from portal.gateway.upstream import Patience

SUCCESS = range(200, 300)
Headers = Mapping[bytes, bytes]
KEY = re.compile(rb"bearer +([\x21-\x7e]+)", re.IGNORECASE)
REQUEST_HEADERS = frozenset({b"accept"})
RESPONSE_HEADERS = frozenset({b"content-type", b"retry-after", b"cache-control", b"x-cache"})
# nginx and what is made of it would hold a stream back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html
UNBUFFERED = (b"x-accel-buffering", b"no")
# Limits count for a person; LiteLLM puts the scope into the name, and passes on what an endpoint says of its own.
LIMIT_HEADER = re.compile(rb"x-ratelimit-user-((?:limit|remaining|reset)-(?:requests|tokens))")
# `*` does not include `authorization`: https://developer.mozilla.org/docs/Web/HTTP/Headers/Access-Control-Allow-Headers
PREFLIGHT_HEADERS = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, *"),
    (b"access-control-max-age", b"86400"),
]

log = structlog.get_logger()


class Door:
    """`is_starting` tells, when LiteLLM cannot be reached, whether that is because it is still starting.

    `find_model` looks a model of the list up in the catalogue.
    """

    def __init__(
        self,
        upstream: httpx.AsyncBaseTransport,
        url: str,
        *,
        admission: Admission,
        timeouts: Timeouts,
        meters: Meters,
        is_starting: Callable[[], bool],
        find_model: FindModel = lambda _: None,
    ) -> None:
        self._upstream = upstream
        self._find_model = find_model
        self._admission = admission
        self._timeouts = timeouts
        self._meters = meters
        self._is_starting = is_starting
        self._urls = {route.name: httpx.URL(f"{url.rstrip('/')}/v1/{route.name}") for route in ROUTES.values()}

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        exchange = Exchange(scope, send, self._meters)
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
        sent = dict(scope["headers"])
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in sent:
            exchange.path = "preflight"
            await exchange.begin(200, PREFLIGHT_HEADERS, length=0)
            await exchange.end()
            return
        route = find_route(scope)
        exchange.path = route.name
        key, kind = key_in(sent), kind_of(route, sent)
        await self._admission.check_key(key.decode("ascii"))
        with self._admission.room.held() as held:
            body = await self._read_body(sent.get(b"content-length"), receive, exchange, held)
            if route.takes_json:
                question = read_question(route.name, body)
                body = question.body
                self._check_model(question.model, exchange)
            elif route.takes_form:
                form = read_form(body, kind)
                body, kind = form.body, form.kind
                self._check_model(form.model, exchange)
            headers = upstream_headers(scope["headers"], key, kind, exchange.request_id)
            request = httpx.Request(route.method, self._urls[route.name], headers=headers, content=body)
            # Not to be kept beside the request for as long as it takes.
            del body
            last = await while_present(receive, self._relay(route, request, exchange))
            await exchange.end(last)

    def _check_model(self, model: str | None, exchange: Exchange) -> None:
        """LiteLLM reads some names as several, asks each model, and counts and charges one."""
        exchange.model = model[:LONGEST_MODEL] if model else None
        if not self._admission.has_model(model or ""):
            raise errors.model_not_found(exchange.model)

    async def _read_body(
        self, declared_length: bytes | None, receive: Receive, exchange: Exchange, held: Held
    ) -> bytes:
        """The whole body is read before LiteLLM is asked, so a slow or oversized upload costs it nothing."""
        declared = int(declared_length or 0)
        if declared > self._admission.max_body_bytes:
            raise errors.body_too_large(self._admission.max_body_bytes)
        held.expect(declared)
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._timeouts.upload):
                has_more = True
                while has_more:
                    async with asyncio.timeout(self._timeouts.upload_silence):
                        message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGone
                    parts.append(message.get("body", b""))
                    exchange.received += len(parts[-1])
                    has_more = message.get("more_body", False)
                    if exchange.received > self._admission.max_body_bytes:
                        raise errors.body_too_large(self._admission.max_body_bytes)
                    held.hold(exchange.received)
        except TimeoutError as error:
            raise errors.body_too_slow() from error
        return b"".join(parts)

    async def _relay(self, route: Route, request: httpx.Request, exchange: Exchange) -> bytes:
        """Everything but the last bytes, which it returns."""
        patience = Patience(self._timeouts)
        request.extensions = patience.extensions
        try:
            async with asyncio.timeout(self._timeouts.whole):
                response = await self._upstream.handle_async_request(request)
                patience.answer_has_begun()
                headers = {name.lower(): value for name, value in response.headers.raw}
                exchange.served = Served.read(headers)
                try:
                    if is_event_stream(response.status_code, headers):
                        return await relay_events(route, response, headers, exchange)
                    return await relay_whole(route, response, headers, exchange, self._find_model)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            if exchange.is_streaming:
                exchange.error = errors.upstream_timeout().code
                return errors.upstream_timeout().event()
            raise errors.upstream_timeout() from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise (errors.gateway_starting() if self._is_starting() else errors.gateway_unavailable()) from error
        except httpx.TimeoutException as error:
            raise errors.upstream_timeout() from error
        except httpx.HTTPError as error:
            raise errors.upstream_error() from error


def key_in(headers: Headers) -> bytes:
    key = KEY.fullmatch(headers.get(b"authorization", b""))
    if not key:
        raise errors.missing_api_key()
    return key[1]


def kind_of(route: Route, headers: Headers) -> bytes:
    """Whatever a client calls its JSON, LiteLLM is told that it is JSON."""
    kind = headers.get(b"content-type", b"")
    if route.takes_form and not kind.lower().startswith(b"multipart/form-data"):
        raise errors.form_needed()
    return b"application/json" if route.takes_json else kind


def upstream_headers(
    headers: Iterable[tuple[bytes, bytes]], key: bytes, kind: bytes, request_id: str
) -> list[tuple[bytes, bytes]]:
    passed = [(name, value) for name, value in headers if name in REQUEST_HEADERS]
    return [
        *passed,
        *([(b"content-type", kind)] if kind else []),
        (b"authorization", b"Bearer " + key),
        (b"accept-encoding", b"identity"),
        (b"x-request-id", request_id.encode("latin-1")),
        (b"x-litellm-call-id", call_id(request_id).encode("latin-1")),
    ]


def call_id(request_id: str) -> str:
    """LiteLLM keys its spend records by it, so two requests under one id of the caller's choice must differ."""
    return f"{request_id}-{secrets.token_hex(8)}"


def client_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    meant = []
    for name, value in headers.items():
        if name in RESPONSE_HEADERS:
            meant.append((name, value))
        elif name.startswith(b"x-ratelimit-") and (limit := LIMIT_HEADER.fullmatch(name)):
            meant.append((b"x-ratelimit-" + limit[1], value))
    return meant


def is_event_stream(status: int, headers: Headers) -> bool:
    return status in SUCCESS and headers.get(b"content-type", b"").startswith(b"text/event-stream")


async def relay_events(route: Route, response: httpx.Response, headers: Headers, exchange: Exchange) -> bytes:
    """Each chunk goes on as it comes. After the first byte an error can only be said as an event, never by silence."""
    events = WholeEvents(ends_with_done=route.ends_with_done)
    await exchange.begin(response.status_code, [*client_headers(headers), UNBUFFERED])
    try:
        async for chunk in as_it_comes(response):
            if whole := events.feed(chunk):
                await exchange.write(whole)
        last = events.finish()
        exchange.error = events.error
    except httpx.HTTPError as error:
        broken = errors.upstream_timeout() if isinstance(error, httpx.TimeoutException) else errors.stream_interrupted()
        last, exchange.error = broken.event(), broken.code
    return last


def as_it_comes(response: httpx.Response) -> httpx.AsyncByteStream:
    """What httpx would add to each chunk, a count and a buffer, takes longer than the door's own work on it."""
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's type is wider
    return response.stream


async def relay_whole(
    route: Route, response: httpx.Response, headers: Headers, exchange: Exchange, find_model: FindModel
) -> bytes:
    """Read to its end before the client gets a byte, so that an answer that breaks off can still become a 502."""
    body = b"".join([chunk async for chunk in as_it_comes(response)])
    if response.status_code not in SUCCESS:
        said = read_complaint(response.status_code, body)
        raise answer_to(said, retry_after=seconds_to_wait(headers), model=exchange.model)
    if route.name == MODELS:
        body = described(body, find_model)
    if route.model is not None:
        body = one_of(body, route.model)
    await exchange.begin(response.status_code, client_headers(headers), length=len(body))
    return body


def seconds_to_wait(headers: Headers) -> str:
    """LiteLLM's own, else what the endpoint said."""
    seconds = headers.get(b"retry-after") or headers.get(b"llm_provider-retry-after") or b""
    return seconds.decode("latin-1")
