"""The tokens of an answer whose endpoint does not tell, counted as LiteLLM counts."""

from collections.abc import Mapping
from typing import Any

import litellm

COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


def count_usage(question: Mapping[str, Any], said: str, model: str) -> dict[str, Any]:
    """`question`: the body of a request for a chat, a text or embeddings."""
    asked = _asked(question, model)
    answered: int = litellm.token_counter(model=model, text=said, count_response_tokens=True) if said else 0
    return dict(zip(COUNTS, (asked, answered, asked + answered), strict=True))


def _asked(question: Mapping[str, Any], model: str) -> int:
    if "messages" in question:
        of_chat: int = litellm.token_counter(model=model, messages=question["messages"], tools=question.get("tools"))
        return of_chat
    given = question.get("prompt") or question.get("input") or ""
    return sum(_tokens(one, model) for one in (given if isinstance(given, list) else [given]))


def _tokens(one: object, model: str) -> int:
    """Of a text, or of a list of tokens, or a token."""
    if isinstance(one, list):
        return len(one)
    if not isinstance(one, str):
        return 1
    of_text: int = litellm.token_counter(model=model, messages=[{"role": "user", "content": one}]) if one else 0
    return of_text
