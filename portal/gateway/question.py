"""The JSON that a client asks with, as far as the door looks at it: what would make LiteLLM stumble is refused here.

What a field may hold in detail is the model's affair. https://platform.openai.com/docs/api-reference
"""

from dataclasses import dataclass
from typing import Any

import orjson

from portal.gateway.errors import ApiError
from portal.gateway.litellm_fields import is_litellms

LONGEST_MODEL = 100
Kinds = tuple[type, ...]

KINDS: dict[str, Kinds] = {
    "model": (str,),
    "messages": (list,),
    "input": (str, list),
    "prompt": (str, list),
    "tools": (list,),
    "functions": (list,),
    "modalities": (list,),
    "stop": (str, list),
    "tool_choice": (str, dict),
    "response_format": (str, dict),
    "cache": (dict,),
    "logit_bias": (dict,),
    "metadata": (dict,),
    "reasoning": (dict,),
    "stream_options": (dict,),
    "text": (dict,),
    "web_search_options": (dict,),
    "encoding_format": (str,),
    "instructions": (str,),
    "previous_response_id": (str,),
    "reasoning_effort": (str,),
    "size": (str,),
    "user": (str,),
    "stream": (bool,),
    "dimensions": (int,),
    "max_completion_tokens": (int,),
    "max_output_tokens": (int,),
    "max_tokens": (int,),
    "n": (int,),
    "frequency_penalty": (int, float),
    "presence_penalty": (int, float),
    "temperature": (int, float),
    "top_p": (int, float),
}
OF_ROUTE: dict[str, dict[str, Kinds]] = {
    "chat/completions": {"response_format": (dict,)},
    "images/generations": {"prompt": (str,)},
}
ITEMS: dict[str, Kinds] = {
    "messages": (dict,),
    "tools": (dict,),
    "functions": (dict,),
    "input": (str, int, list, dict),
    "prompt": (str, int, list),
}
NAMES: dict[type, str] = {
    str: "a text",
    list: "a list",
    dict: "an object",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


@dataclass(frozen=True)
class Question:
    """`body` is what goes on: the same bytes, unless a field had to be left out."""

    body: bytes
    model: str | None


def read_question(route: str, body: bytes) -> Question:
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "invalid_json", f"The request body is not valid JSON: {error.msg}.") from error
    if not isinstance(content, dict):
        raise ApiError(400, "invalid_json", "The request body must be a JSON object.")
    check_kinds(content, KINDS | OF_ROUTE.get(route, {}))
    private = [name for name in content if is_litellms(name)]
    if private:
        for name in private:
            del content[name]
        body = orjson.dumps(content)
    return Question(body, content.get("model"))


def check_kinds(content: dict[str, Any], kinds: dict[str, Kinds]) -> None:
    for name in content.keys() & kinds.keys():
        if content[name] is not None:
            check(name, content[name], kinds[name])
    for name in content.keys() & ITEMS.keys():
        if isinstance(content[name], list):
            for item in content[name]:
                check(f"{name}[]", item, ITEMS[name])
    for message in content.get("messages") or ():
        if (said := message.get("content")) is not None:
            check("messages[].content", said, (str, list))


def check(name: str, value: Any, kinds: Kinds) -> None:
    if not isinstance(value, kinds):
        expected = " or ".join(NAMES[kind] for kind in kinds if not (kind is int and float in kinds))
        raise ApiError(400, "invalid_type", f"`{name}` must be {expected}.", param=name)
