"""Addresses of endpoints, as people write them."""

import re
from urllib.parse import SplitResult, urlsplit

REFERENCE = "os.environ/"
CALLS = ("/chat/completions", "/completions", "/embeddings", "/models", "/responses", "/audio/transcriptions")
VERSION = re.compile(r"v\d")


def check_address(text: str) -> str:
    """The address as it is; `ValueError` says what is wrong with it, without the address."""
    if text.startswith(REFERENCE):
        return text
    parts = split_address(text)
    if not parts or parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError("must be an address such as https://inference.example.com/v1")
    call = next((call for call in CALLS if parts.path.rstrip("/").endswith(call)), None)
    if call:
        raise ValueError(f"must end before `{call}`, usually with /v1")
    return text


def split_address(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def with_version(url: str) -> str:
    """`ENDPOINTS` has always named addresses without `/v1`; one that has a version already is left as it is."""
    path = urlsplit(url).path
    return url.rstrip("/") + ("" if any(VERSION.match(part) for part in path.split("/")) else "/v1")


def has_password(url: str) -> bool:
    parts = split_address(url)
    return bool(parts and parts.scheme and parts.password)


def without_password(url: str) -> str:
    """For people to read."""
    parts = split_address(url)
    if not parts or "@" not in parts.netloc:
        return url
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()
