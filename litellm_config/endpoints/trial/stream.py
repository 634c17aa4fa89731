"""Chat completions as a stream of events.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from litellm_config.endpoints.trial.caller import Caller, Reply
from litellm_config.endpoints.trial.finding import Finding, missing, note, ok

DONE = "[DONE]"


async def try_stream(caller: Caller, question: list[dict[str, str]], most_tokens: int) -> AsyncIterator[Finding]:
    plain = await caller.post("chat/completions", messages=question, max_tokens=most_tokens, stream=True)
    if not plain.is_success:
        yield missing("stream", f"A stream is refused: {plain.excerpt}", "answer `stream: true` with events")
        return
    yield _format(plain)
    counted = await caller.post(
        "chat/completions",
        messages=question,
        max_tokens=most_tokens,
        stream=True,
        stream_options={"include_usage": True},
    )
    yield _usage(counted)


def _format(stream: Reply) -> Finding:
    wrong = list(_mistakes(stream))
    if wrong:
        return missing("stream", f"The stream {'; it '.join(wrong)}.", "the chat and every SDK stream: mend the events")
    pieces = sum(1 for chunk in _chunks(stream) if _text(chunk))
    if pieces == 1:
        return note("stream", "The whole text comes as one event.", "send each token when it is there")
    return ok("stream", f"{pieces} pieces of text, an end and [DONE]")


def _mistakes(stream: Reply) -> Iterable[str]:
    if not stream.kind.startswith("text/event-stream"):
        yield f"has the content type {stream.kind or 'of nothing'}, not text/event-stream"
    lines = [line for line in stream.text.splitlines() if line and not line.startswith(":")]
    strange = [line for line in lines if line.partition(":")[0] not in {"data", "event", "id", "retry"}]
    if strange or not lines:
        yield "has lines that do not begin with `data:`"
    if None in _events(stream):
        yield "has events that are no JSON"
    chunks = _chunks(stream)
    if not any(_text(chunk) for chunk in chunks):
        yield "has no text in `choices[0].delta.content`"
    if not any(_choice(chunk).get("finish_reason") for chunk in chunks):
        yield "has no `finish_reason`"
    if not _data(stream) or _data(stream)[-1] != DONE:
        yield "does not end with `data: [DONE]`"


def _usage(stream: Reply) -> Finding:
    what = "usage in streams"
    if not stream.is_success:
        says = f"`stream_options.include_usage` is refused ({stream.status})."
        return missing(what, says, "ignore fields you don't know: clients send this one")
    usages = [chunk["usage"] for chunk in _chunks(stream) if isinstance(chunk.get("usage"), dict)]
    if usages and isinstance(usages[-1].get("completion_tokens"), int):
        return ok(what, "comes with `stream_options.include_usage`")
    todo = "send it in a last chunk; until then tokens of streams are estimated"
    return note(what, "`stream_options.include_usage` brings no usage.", todo)


def _data(stream: Reply) -> list[str]:
    return [line.removeprefix("data:").strip() for line in stream.text.splitlines() if line.startswith("data:")]


def _events(stream: Reply) -> list[dict[str, Any] | None]:
    """`None` for one that is no JSON object."""
    return [_parsed(data) for data in _data(stream) if data != DONE]


def _chunks(stream: Reply) -> list[dict[str, Any]]:
    return [chunk for chunk in _events(stream) if chunk is not None]


def _parsed(data: str) -> dict[str, Any] | None:
    try:
        content = json.loads(data)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _choice(chunk: dict[str, Any]) -> dict[str, Any]:
    choices = chunk.get("choices")
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}


def _text(chunk: dict[str, Any]) -> Any:
    delta = _choice(chunk).get("delta")
    delta = delta if isinstance(delta, dict) else {}
    return delta.get("content") or delta.get("reasoning_content") or delta.get("reasoning")
