"""What a setting may be, beside what pydantic has: each refuses in words that fit behind the name of a variable."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from limits import parse
from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from portal.core.roles import Role, roles_named


def _checked_rate(text: str) -> str:
    """Here and not beside what counts, because that loads the client of Redis, for which no command should wait."""
    try:
        parse(text)
    except ValueError:
        raise ValueError("must be a rate such as 5/day or 10/15minutes") from None
    return text


def _checked_web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("must be an http:// or https:// address")
    return text


def _checked_colour(text: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise ValueError("must be a colour such as #2b5fd9")
    return text


def _network(value: object) -> object:
    try:
        return value if isinstance(value, IPv4Network | IPv6Network) else ip_network(str(value))
    except ValueError:
        raise ValueError("must be a network such as 10.0.0.0/8") from None


def _seconds(value: object) -> object:
    """A number of seconds, which pydantic takes as a number alone and not as text."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
Rate = Annotated[str, AfterValidator(_checked_rate)]
WebAddress = Annotated[str, AfterValidator(_checked_web_address)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
NothingIsNone = BeforeValidator(lambda value: None if value == "" else value)
Roles = Annotated[
    tuple[Role, ...], NoDecode, BeforeValidator(lambda value: roles_named(value) if isinstance(value, str) else value)
]
Colour = Annotated[str, AfterValidator(_checked_colour)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value == "" else value)]
