"""What an endpoint says, put as LiteLLM puts it."""

from collections.abc import Iterator, Mapping
from typing import Any

import litellm
from litellm.litellm_core_utils.prompt_templates.common_utils import extract_reasoning_content
from pydantic import ValidationError

from litellm_config.routing.tokens import COUNTS

Answer = dict[str, Any]


def is_whole(answer: Any) -> bool:
    """A chat completion with a message in each choice."""
    try:
        choices = answer["choices"]
        return bool(choices) and all(isinstance(choice["message"], dict) for choice in choices)
    except (LookupError, TypeError):
        return False


def without_null(value: Any) -> Any:
    """LiteLLM stores more names than were said."""
    if isinstance(value, dict):
        return {name: without_null(one) for name, one in value.items() if one is not None}
    return [without_null(one) for one in value] if isinstance(value, list) else value


def put_whole(answer: Answer, model: str) -> Answer:
    """`model` is the name that was asked for."""
    for choice in answer["choices"]:
        message = choice["message"]
        thoughts, content = extract_reasoning_content(message)
        message.pop("reasoning", None)
        if thoughts:
            message |= {"reasoning_content": thoughts, "content": content}
    return {**answer, "model": model}


def put_chunk(chunk: Answer, model: str, *, with_usage: bool) -> Answer:
    for choice in chunk["choices"]:
        delta = choice["delta"]
        if thoughts := delta.pop("reasoning", None):
            delta.setdefault("reasoning_content", thoughts)
    if not with_usage:
        chunk.pop("usage", None)
    return {**chunk, "model": model}


def says_something(chunk: Answer) -> bool:
    """More than who speaks."""
    return any(
        choice.get("finish_reason") or any(value for name, value in choice["delta"].items() if name != "role")
        for choice in chunk["choices"]
    )


def texts(chunk: Answer) -> Iterator[str]:
    """All that the model has written in it."""
    for choice in chunk["choices"]:
        delta = choice["delta"]
        yield from (text for name in ("content", "reasoning_content") if isinstance(text := delta.get(name), str))
        for call in delta.get("tool_calls") or ():
            yield from (str(text) for text in (call.get("function") or {}).values() if text)


def usage_of(answer: Answer) -> dict[str, Any] | None:
    """`None` unless it is told in full."""
    usage = answer.get("usage")
    if not isinstance(usage, Mapping) or not all(_is_count(usage.get(name)) for name in COUNTS):
        return None
    try:
        litellm.Usage(**usage)
    except (ValidationError, TypeError):
        return {name: usage[name] for name in COUNTS}
    return dict(usage)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value >= 0
