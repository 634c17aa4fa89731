"""Where an endpoint answers, and the question that costs nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from litellm_config.catalogue import Endpoint

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 4.0
KEY_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
WITHOUT_LIST = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


@dataclass(frozen=True)
class Address:
    """Models that share one are asked about once."""

    api_base: str
    api_key: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self | None:
        """`None` for a provider that LiteLLM finds by itself."""
        if not endpoint.api_base:
            return None
        return cls(endpoint.api_base.rstrip("/"), endpoint.api_key, tuple(sorted(endpoint.headers.items())))

    @property
    def host(self) -> str:
        """For logs: without whatever else an address may carry."""
        parts = urlsplit(self.api_base)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def request_headers(self) -> Mapping[str, str]:
        key = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        return {**key, **dict(self.headers)}


@dataclass(frozen=True)
class Answer:
    """`models` is `None` where there is no list; `reason` says in a few words why the endpoint counts as down."""

    is_up: bool
    models: frozenset[str] | None = None
    reason: str = ""


async def ask(http: httpx.AsyncClient, address: Address) -> Answer:
    """Never raises. https://platform.openai.com/docs/api-reference/models/list"""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            response = await http.get(f"{address.api_base}/models", headers=address.request_headers)
    except (TimeoutError, httpx.TimeoutException):
        return Answer(is_up=False, reason="no answer in time")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        # A header or an address that can't be sent is a ValueError.
        return Answer(is_up=False, reason="can't be reached")
    return _judged(response)


def _judged(response: httpx.Response) -> Answer:
    """Without the route the answer itself shows that somebody is there; only the list is missing."""
    status = response.status_code
    if status in KEY_REFUSED:
        return Answer(is_up=False, reason="refuses its key")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in WITHOUT_LIST:
        return Answer(is_up=False, reason=f"answers {status}")
    return Answer(is_up=True, models=listed_models(response))


def listed_models(response: httpx.Response) -> frozenset[str] | None:
    """A list as OpenAI's, or the bare list of some providers."""
    try:
        content: Any = response.json() if response.is_success else None
    except ValueError:
        return None
    entries = content.get("data") if isinstance(content, dict) else content
    if not isinstance(entries, list):
        return None
    names = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return frozenset(name for name in names if isinstance(name, str) and name)


def connect() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )
