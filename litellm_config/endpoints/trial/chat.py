"""Chat completions: an answer as a whole, a refusal, tools.

https://platform.openai.com/docs/api-reference/chat
"""

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from litellm_config.endpoints.trial.caller import Caller, Reply
from litellm_config.endpoints.trial.finding import Finding, missing, note, ok
from litellm_config.endpoints.trial.stream import try_stream

QUESTION = [{"role": "user", "content": "Count from 1 to 10."}]
MOST_TOKENS = 200
FINISHED = {"stop", "length", "tool_calls", "content_filter", "function_call"}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
WEATHER_QUESTION = [{"role": "user", "content": "What is the weather in Paris? Use the tool get_weather."}]


async def try_chat(caller: Caller) -> AsyncIterator[Finding]:
    whole = await caller.post("chat/completions", messages=QUESTION, max_tokens=MOST_TOKENS)
    yield _answer(whole)
    if not whole.is_success:
        return
    yield usage_of(whole, "prompt_tokens", "completion_tokens", "total_tokens")
    async for finding in try_stream(caller, QUESTION, MOST_TOKENS):
        yield finding
    yield refusal_of(await caller.post("chat/completions", messages="not a list of messages"))
    yield await _tools(caller)


def _answer(whole: Reply) -> Finding:
    if not whole.is_success:
        return missing("answer", f"POST /chat/completions answers {whole.excerpt}", "see what the endpoint logs")
    message: Any = whole.part("choices", 0, "message")
    wrong = [
        name
        for name, is_right in {
            "`id`": isinstance(whole.part("id"), str),
            '`object` of "chat.completion"': whole.part("object") == "chat.completion",
            "`choices[0].message`": isinstance(message, dict),
            '`role` of "assistant"': isinstance(message, dict) and message.get("role") == "assistant",
            "a text in `content` or `reasoning_content`": isinstance(message, dict) and has_text(message),
            "a known `finish_reason`": whole.part("choices", 0, "finish_reason") in FINISHED,
        }.items()
        if not is_right
    ]
    if wrong:
        return missing("answer", f"The answer lacks {', '.join(wrong)}.", "SDKs read them: add them to the answer")
    return ok("answer", "has the shape of a chat completion")


def has_text(message: dict[str, Any]) -> bool:
    """Models that think have said nothing else yet when the tokens run out."""
    return any(message.get(name) for name in ("content", "reasoning_content", "reasoning"))


def usage_of(whole: Reply, *names: str) -> Finding:
    usage = whole.part("usage")
    absent = [name for name in names if not isinstance(usage, dict) or not isinstance(usage.get(name), int)]
    if absent:
        says = f"The answer has no {', '.join(f'`usage.{name}`' for name in absent)}."
        return note("usage", says, "add them; until then tokens are estimated, and spend with them")
    return ok("usage", "tokens are counted")


def refusal_of(refused: Reply) -> Finding:
    """A mistake of the caller that looks like one of the endpoint is tried again elsewhere, and cools it down."""
    if not HTTPStatus.BAD_REQUEST <= refused.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        says = f"A wrong request is answered with {refused.status}."
        return missing("errors", says, "answer 400, or the endpoint is taken for broken and left alone for a while")
    if not isinstance(refused.part("error", "message"), str):
        says = f"A wrong request is answered with {refused.status}, without `error.message`."
        return note("errors", says, 'answer {"error": {"message", "type", "code"}}, so that people learn why')
    return ok("errors", f"a wrong request is answered with {refused.status} and a reason")


async def _tools(caller: Caller) -> Finding:
    called = await caller.post(
        "chat/completions", messages=WEATHER_QUESTION, tools=[WEATHER], max_tokens=MOST_TOKENS, tool_choice="auto"
    )
    calls = called.part("choices", 0, "message", "tool_calls")
    if not called.is_success or not calls:
        says = "Tools are not called." if called.is_success else f"Tools are refused ({called.status})."
        return note("tools", says, "leave `supports_function_calling` out, or switch tools on in the model server")
    try:
        json.loads(called.part("choices", 0, "message", "tool_calls", 0, "function", "arguments"))
    except (TypeError, ValueError):
        return note("tools", "The arguments of a tool call are no JSON text.", "choose the right tool parser")
    return ok("tools", "are called; `supports_function_calling: true` can be set")
