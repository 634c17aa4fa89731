"""By whom LiteLLM had a request answered. Its headers say so; they are for our log and metrics and end here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Served:
    """`endpoint` is the id of LiteLLM's deployment, `host` where that is. Nothing is known of a refused request."""

    model: str = ""
    endpoint: str | None = None
    host: str | None = None
    retries: int = 0
    fallbacks: int = 0
    is_cached: bool = False

    @classmethod
    def read(cls, headers: Mapping[bytes, bytes]) -> Self:
        """The names in lower case. https://docs.litellm.ai/docs/proxy/response_headers"""

        def text(name: bytes) -> str:
            return headers.get(b"x-litellm-" + name, b"").decode("latin-1")

        return cls(
            model=text(b"model-group"),
            endpoint=text(b"model-id") or None,
            host=_host(text(b"model-api-base")),
            retries=_number(text(b"attempted-retries")),
            fallbacks=_number(text(b"attempted-fallbacks")),
            is_cached=headers.get(b"x-cache") == b"hit",
        )


def _host(address: str) -> str | None:
    """Without a name and password that somebody may have written into the address."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2] or None
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
