"""Takes out of a foreign message what only this gateway may know."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from litellm_config.catalogue import Catalogue

SECRET_NAME = re.compile(r"key|secret|token|password|credential|url|dsn|api_base|authorization", re.IGNORECASE)
ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
KEY = re.compile(r"\b(?:sk|pk|rk)-\S+|\bbearer\s+\S+", re.IGNORECASE)
# Shorter ones are words, such as the key `sample` of the sample endpoint or the host `db`.
SHORTEST_SECRET = 8
LONGEST_MESSAGE = 400
GAP = "…"


def without_secrets(message: str, catalogue: Catalogue, environment: Mapping[str, str]) -> str:
    """On one line, without keys, passwords and addresses."""
    for secret in sorted(_secrets(catalogue, environment), key=len, reverse=True):
        message = message.replace(secret, GAP)
    message = KEY.sub(GAP, ADDRESS.sub(GAP, message))
    return " ".join(message.split())[:LONGEST_MESSAGE]


def _secrets(catalogue: Catalogue, environment: Mapping[str, str]) -> set[str]:
    values = {value for name, value in environment.items() if SECRET_NAME.search(name)}
    values.update(catalogue.environment.values(), _named_secrets(catalogue.content))
    hosts = {host for value in values if "://" in value and (host := urlsplit(value).hostname)}
    return {value for value in values | hosts if len(value) >= SHORTEST_SECRET}


def _named_secrets(content: Any, name: str = "") -> Iterator[str]:
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _named_secrets(value, str(key))
    elif isinstance(content, list):
        for value in content:
            yield from _named_secrets(value, name)
    elif isinstance(content, str) and SECRET_NAME.search(name):
        yield content
