"""What in a catalogue is secret, for whoever shows it or warns of it."""

import re
from collections.abc import Mapping
from typing import Any

from litellm_config.catalogue.addresses import REFERENCE, without_password

MASK = "***"
SECRET_NAME = re.compile(
    r"(^|[_-])(key|apikey|token|secret|password|credentials|authorization|cookie)$|access_key_id", re.IGNORECASE
)
HEADERS = {"customHeaders", "extra_headers", "default_headers", "headers"}
# Everything under it is masked: what somebody sets there is mostly secret.
VARIABLES = "environment_variables"
KEY_LIKE = re.compile(r"(sk-|Bearer |Basic |AKIA|AIza|hf_|gsk_|nvapi-)")
LONG_ENOUGH = 8
SURELY_LONG = 16


def is_secret_name(name: str) -> bool:
    return bool(SECRET_NAME.search(name))


def looks_secret(text: str) -> bool:
    """No reference, and no word such as `none` that stands where an endpoint asks for no key."""
    if text.startswith(REFERENCE):
        return False
    if KEY_LIKE.match(text) or len(text) >= SURELY_LONG:
        return True
    return len(text) >= LONG_ENOUGH and any(letter.isdigit() for letter in text)


def masked(value: Any, *, secret: bool = False) -> Any:
    """A copy for people to read: keys, headers and passwords in addresses are gone, references are not."""
    if isinstance(value, Mapping):
        return {
            name: masked(item, secret=secret or name == VARIABLES or name in HEADERS or is_secret_name(str(name)))
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(item, secret=secret) for item in value]
    if isinstance(value, str) and not value.startswith(REFERENCE):
        return MASK if secret and value else without_password(value)
    return value
