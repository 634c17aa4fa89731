"""Merges neighbouring events that only add text to the same choice; everything else stays as it is, byte for byte.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

TEXTS = ("content", "reasoning_content", "reasoning")
PREFIX = b"data: "


class Addition(NamedTuple):
    """An event that does nothing but add `text` to the field `name` of one choice."""

    event: dict[str, Any]
    delta: dict[str, Any]
    name: str
    text: str

    def continues(self, other: "Addition") -> bool:
        """Whether the two say the same but for their text, and for the second they were made in."""
        return self.name == other.name and _frame(self) == _frame(other)


def merge(events: Iterable[bytes]) -> Iterator[bytes]:
    run: list[tuple[bytes, Addition]] = []
    for event in events:
        addition = read_addition(event)
        if run and not (addition and run[0][1].continues(addition)):
            yield _written(run)
            run = []
        if addition:
            run.append((event, addition))
        else:
            yield event
    if run:
        yield _written(run)


def read_addition(event: bytes) -> Addition | None:
    """`None` for all that must not be touched: tool calls, roles, ends, usage, several choices, comments, nonsense."""
    content = _read(event)
    choices = content.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or content.get("usage"):
        return None
    choice = choices[0] if isinstance(choices[0], dict) else {}
    delta = choice.get("delta")
    if not isinstance(delta, dict) or choice.get("finish_reason") is not None or choice.get("logprobs") is not None:
        return None
    match [(name, value) for name, value in delta.items() if value is not None]:
        case [(str(name), str(text))] if name in TEXTS and text:
            return Addition(content, delta, name, text)
    return None


def _read(event: bytes) -> dict[str, Any]:
    """Empty for an event that is more or something else than one line of JSON."""
    data = event.rstrip(b"\r\n")
    if not data.startswith(b"data: {") or b"\n" in data or b"\r" in data:
        return {}
    try:
        content: dict[str, Any] = orjson.loads(data[len(PREFIX) :])
    except orjson.JSONDecodeError:
        return {}
    return content


def _frame(addition: Addition) -> dict[str, Any]:
    choice = addition.event["choices"][0]
    empty = {**choice, "delta": {**addition.delta, addition.name: ""}}
    return {**addition.event, "created": 0, "choices": [empty]}


def _written(run: list[tuple[bytes, Addition]]) -> bytes:
    first, addition = run[0]
    if len(run) == 1:
        return first
    addition.delta[addition.name] = "".join(one.text for _, one in run)
    return PREFIX + orjson.dumps(addition.event) + b"\n\n"
