"""The answers of endpoints, put as OpenAI words them where the difference costs somebody money, or an answer.

What is fine already is passed byte for byte, and is not read either.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from litellm_config.routing.tokens import COUNTS, count_usage

Json = dict[str, Any]
CHAT, TEXT, EMBEDDINGS = "/chat/completions", "/completions", "/embeddings"
# Inside a JSON string the quotes would be escaped, so these are never part of an answer's text.
COST = re.compile(rb'"\w*cost\w*"\s*:')
USAGE = re.compile(rb'"usage"\s*:\s*\{')
TOTAL = re.compile(rb'"total_tokens"\s*:\s*[1-9]')
DONE = b"data: [DONE]\n\n"


def put_whole(body: bytes, path: str, question: Callable[[], Json]) -> bytes:
    """With usage, and without what the endpoint says that it costs: that is the catalogue's to say."""
    counts = path.endswith((CHAT, TEXT, EMBEDDINGS)) and not TOTAL.search(body)
    if not (counts or _tells_cost(body)):
        return body
    answer = _object(body)
    if answer is None or (counts and not _is_answer(answer)):
        return body
    _put_usage(answer)
    if counts and not answer.get("usage"):
        asked = question()
        answer["usage"] = count_usage(asked, "".join(_texts(answer)), str(asked.get("model")))
    return orjson.dumps(answer)


def put_event(event: bytes) -> bytes:
    """The same for one event of a stream, but for what is not counted yet."""
    if not (_tells_cost(event) or (USAGE.search(event) and not TOTAL.search(event))):
        return event
    start, colon, data = event.partition(b"data:")
    content = _object(data)
    if content is None:
        return event
    for one in (content, content.get("response")):
        if isinstance(one, dict):
            _put_usage(one)
    return start + colon + b" " + orjson.dumps(content) + b"\n\n"


def events_of(body: bytes, path: str) -> list[bytes] | None:
    """A whole answer as the stream that was asked for; `None` if it is no answer."""
    answer = _object(body)
    if answer is None or not _is_answer(answer):
        return None
    head: Json = {name: answer[name] for name in ("id", "created", "model") if name in answer}
    head["object"] = "chat.completion.chunk" if path.endswith(CHAT) else "text_completion"
    chunks = [{**head, "choices": [choice]} for one in answer["choices"] for choice in _parts(one)]
    if answer.get("usage"):
        chunks.append({**head, "choices": [], "usage": answer["usage"]})
    return [*(b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks), DONE]


def _parts(choice: Json) -> Iterator[Json]:
    """What is said, then why it ends."""
    message = choice.get("message")
    if not isinstance(message, dict):
        yield choice
        return
    delta = {name: value for name, value in message.items() if value is not None}
    if calls := delta.get("tool_calls"):
        delta["tool_calls"] = [{"index": place, **call} for place, call in enumerate(calls)]
    frame = {"index": choice.get("index", 0)}
    yield {**frame, "delta": delta, "finish_reason": None}
    yield {**frame, "delta": {}, "finish_reason": choice.get("finish_reason") or "stop"}


def _tells_cost(said: bytes) -> bool:
    return b"cost" in said and bool(COST.search(said))


def _object(data: bytes) -> Json | None:
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _is_answer(answer: Mapping[str, Any]) -> bool:
    """A chat or a text with its choices, or embeddings."""
    parts = answer.get("choices") or answer.get("data")
    return isinstance(parts, list) and bool(parts) and all(isinstance(one, dict) for one in parts)


def _put_usage(answer: Json) -> None:
    """Nothing of it where it says nothing: that is counted."""
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return
    told = {name: value for name, value in usage.items() if "cost" not in name}
    parts = [value for name in COUNTS[:2] if isinstance(value := told.get(name), int)]
    if parts and not told.get("total_tokens"):
        told["total_tokens"] = sum(parts)
    if "total_tokens" in told and not told["total_tokens"]:
        answer.pop("usage")
    else:
        answer["usage"] = told


def _texts(answer: Mapping[str, Any]) -> Iterator[str]:
    """All that the model has written."""
    for choice in answer.get("choices") or ():
        message = choice.get("message") or {}
        for text in (
            choice.get("text"),
            *(message.get(name) for name in ("content", "reasoning_content", "reasoning")),
        ):
            if isinstance(text, str):
                yield text
        for call in message.get("tool_calls") or ():
            yield from (str(text) for text in (call.get("function") or {}).values() if text)
