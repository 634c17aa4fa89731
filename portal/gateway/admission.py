"""What a request must have before LiteLLM hears of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from portal.gateway.room import Room


@dataclass(frozen=True)
class Admission:
    """`check_key` raises the refusal of what is no key; `has_model` says whether a request may name a model so."""

    max_body_bytes: int
    room: Room
    check_key: Callable[[str], Awaitable[None]]
    has_model: Callable[[str], bool]
