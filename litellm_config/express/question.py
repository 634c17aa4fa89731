"""Which requests are plain: chats of text and tools, in fields that LiteLLM hands to the endpoint as they are.

And `cache`, which is no endpoint's affair.
"""

from collections.abc import Mapping
from typing import Any

import orjson

# https://platform.openai.com/docs/api-reference/chat/create
FIELDS = frozenset(
    {
        "cache",
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
BOUNDS = ("max_tokens", "max_completion_tokens")
MESSAGE_FIELDS = frozenset({"role", "content", "name", "tool_calls", "tool_call_id"})
ROLES = frozenset({"system", "user", "assistant", "tool"})

Question = dict[str, Any]


def read_question(body: bytes) -> Question | None:
    """`None` for all that LiteLLM has to look at, such as what is no JSON at all."""
    try:
        question = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return question if isinstance(question, dict) and _is_plain(question) else None


def sent_to(model: str, question: Question) -> Question:
    """As an endpoint gets it that calls the model so. LiteLLM leaves out what is null, and asks what a stream costs."""
    messages = [
        {name: value for name, value in message.items() if value is not None} for message in question["messages"]
    ]
    usage = {"stream_options": {"include_usage": True}} if question.get("stream") else {}
    return {**question, "model": model, "messages": messages, **usage}


def most_tokens(question: Question) -> int | None:
    """That the answer may have, if the request says so."""
    return min((question[name] for name in BOUNDS if name in question), default=None)


def wants_usage(question: Question) -> bool:
    return bool(question.get("stream_options", {}).get("include_usage"))


def _is_plain(question: Question) -> bool:
    options, messages = question.get("stream_options", {}), question.get("messages", [])
    return (
        question.keys() <= FIELDS
        and None not in question.values()
        and isinstance(question.get("model"), str)
        and isinstance(question.get("stream", False), bool)
        and isinstance(options, dict)
        and options.keys() <= {"include_usage"}
        and all(type(question[name]) is int and question[name] > 0 for name in BOUNDS if name in question)
        and _is_plain_wish(question.get("cache", {}))
        and _are_objects(question.get("tools", []))
        and bool(messages)
        and _are_objects(messages)
        and all(map(_is_plain_message, messages))
    )


def _is_plain_wish(cache: object) -> bool:
    return isinstance(cache, dict) and cache.keys() <= {"use-cache"} and isinstance(cache.get("use-cache", True), bool)


def _are_objects(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def _is_plain_message(message: Mapping[str, Any]) -> bool:
    if not message.keys() <= MESSAGE_FIELDS or message.get("role") not in ROLES:
        return False
    content = message.get("content")
    return isinstance(content, str) or (content is None and "tool_calls" in message)
