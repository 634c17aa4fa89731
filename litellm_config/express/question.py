"""Which requests are plain: chats of text and tools, in fields that LiteLLM hands to the endpoint as they are."""

from collections.abc import Mapping
from typing import Any

import orjson

# https://platform.openai.com/docs/api-reference/chat/create
FIELDS = frozenset(
    {
        "frequency_penalty",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "model",
        "presence_penalty",
        "response_format",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_p",
    }
)
MESSAGE_FIELDS = frozenset({"role", "content", "name", "tool_calls", "tool_call_id"})
ROLES = frozenset({"system", "user", "assistant", "tool"})

Question = dict[str, Any]


def read_question(body: bytes) -> Question | None:
    """`None` for all that LiteLLM has to look at, such as what is no JSON at all."""
    try:
        question = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(question, dict) or not question.keys() <= FIELDS or None in question.values():
        return None
    if not isinstance(question.get("model"), str) or not isinstance(question.get("stream", False), bool):
        return None
    messages = question.get("messages")
    if not isinstance(messages, list) or not messages or not all(map(_is_plain, messages)):
        return None
    # LiteLLM leaves out what is null.
    question["messages"] = [{name: value for name, value in one.items() if value is not None} for one in messages]
    return question if _asks_for_usage(question) is not None else None


def wants_usage(question: Question) -> bool:
    return bool(_asks_for_usage(question))


def _asks_for_usage(question: Question) -> bool | None:
    options = question.get("stream_options", {})
    if not isinstance(options, dict) or not options.keys() <= {"include_usage"}:
        return None
    return bool(options.get("include_usage"))


def _is_plain(message: object) -> bool:
    if not isinstance(message, Mapping) or not message.keys() <= MESSAGE_FIELDS or message.get("role") not in ROLES:
        return False
    content = message.get("content")
    return isinstance(content, str) or (content is None and "tool_calls" in message)
