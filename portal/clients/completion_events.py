"""The events of a streamed completion, read as they come off the wire: cheap, because every token passes here.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

import json
from dataclasses import dataclass
from typing import Any

import orjson

from portal.clients.completion_errors import BrokenOff, UpstreamFailed, failure_of
from portal.clients.litellm_complaint import read_complaint
from portal.clients.thoughts import Thoughts

END = b"\n\n"
DATA = b"data:"
DONE = b"[DONE]"
# Inside a JSON string the quotes would be escaped, so these bytes are never part of an answer's text.
ERROR = b'{"error"'
# More than any event of a model is long; without it one that never ends could fill the memory.
MOST_EVENT_BYTES = 8_388_608
NUL, UNKNOWN = "\x00", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Piece:
    """What came at once. The tokens are known at the end, if the model tells them."""

    text: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Events:
    def __init__(self, *, may_think: bool) -> None:
        self._thoughts = Thoughts() if may_think else None
        self._held = b""
        self._is_done = False
        self._finish_reason: str | None = None
        self._usage: dict[str, Any] = {}

    def feed(self, chunk: bytes) -> Piece | None:
        """What the whole events in it say together. Raises `CompletionFailed` for an event that is an error."""
        whole, _, self._held = (self._held + chunk).rpartition(END)
        if len(self._held) > MOST_EVENT_BYTES:
            raise UpstreamFailed
        text, reasoning = "", ""
        for event in whole.split(END):
            if event.startswith(DATA):
                more, thought = self._read(event[len(DATA) :].strip())
                text += more
                reasoning += thought
        if text and self._thoughts:
            text, thought = self._thoughts.split(text)
            reasoning += thought
        return Piece(text, reasoning) if text or reasoning else None

    def finish(self) -> Piece:
        """What was held back, and the figures. Raises `BrokenOff` when the stream did not come to its end."""
        if not (self._is_done or self._finish_reason):
            raise BrokenOff
        text, reasoning = self._thoughts.finish() if self._thoughts else ("", "")
        tokens_in, tokens_out = (_number(self._usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
        return Piece(text, reasoning, self._finish_reason, tokens_in, tokens_out)

    def _read(self, data: bytes) -> tuple[str, str]:
        if data == DONE:
            self._is_done = True
            return "", ""
        if data.startswith(ERROR):
            raise failure_of(read_complaint(200, data))
        try:
            content = _parsed(data)
            self._usage = content.get("usage") or self._usage
            choice = next(iter(content.get("choices") or ()), None)
            if choice is None:
                return "", ""
            self._finish_reason = choice.get("finish_reason") or self._finish_reason
            delta = choice.get("delta") or {}
            return _text(delta.get("content")), _text(delta.get("reasoning_content") or delta.get("reasoning"))
        except (ValueError, TypeError, AttributeError) as error:
            raise UpstreamFailed from error


def _parsed(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # Half of a surrogate pair is no text to orjson; models write such things.
        return json.loads(json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace"))


def _text(value: object) -> str:
    """Postgres keeps no NUL."""
    if not isinstance(value, str):
        return ""
    return value.replace(NUL, UNKNOWN) if NUL in value else value


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
