"""A model endpoint that costs next to nothing, so that the gateways before it are what is measured.

Run as a program: `python -m portal.bench.paced_endpoint PORT RATE`. It answers at once, or streams `max_tokens` tokens
at RATE per second, each an event of its own as model servers send them.
https://platform.openai.com/docs/api-reference/chat/streaming
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import uvloop

HOST = "127.0.0.1"
MODEL = "bench"
DEFAULT_TOKENS = 5
MOST_TOKENS = 4000
PROMPT_TOKENS = 10


def token(number: int) -> str:
    return f"tok{number} "


def text(tokens: int) -> str:
    return "".join(token(number) for number in range(tokens))


def _usage(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": tokens, "total_tokens": PROMPT_TOKENS + tokens}


def _event(**fields: Any) -> bytes:
    body = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1, "model": MODEL, **fields}
    return _chunk(b"data: %s\n\n" % json.dumps(body).encode())


def _delta(finish_reason: str | None = None, **delta: str) -> bytes:
    return _event(choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
ROLE = _delta(role="assistant", content="")
TOKENS = [_delta(content=token(number)) for number in range(MOST_TOKENS)]
STOP = _delta("stop")
DONE = _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
MODELS = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()


def _whole(tokens: int) -> bytes:
    message = {"role": "assistant", "content": text(tokens)}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    body = {"id": "chatcmpl-bench", "object": "chat.completion", "created": 1, "model": MODEL, "choices": choices}
    return json.dumps({**body, "usage": _usage(tokens)}).encode()


class Endpoint(asyncio.Protocol):
    """One connection. Requests come one after the other, each with a `content-length` or without a body."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _content_length(head)
        if len(rest) >= length:
            self._received = rest[length:]
            self._answer(json.loads(rest[:length]) if length else {})

    def _answer(self, asked: dict[str, Any]) -> None:
        tokens = min(asked.get("max_tokens") or asked.get("max_completion_tokens") or DEFAULT_TOKENS, MOST_TOKENS)
        if asked.get("stream"):
            self._transport.write(STREAM_HEAD + ROLE)
            has_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
            self._stream(_events(tokens, has_usage=has_usage), asyncio.get_running_loop().time())
            return
        body = _whole(tokens) if asked else MODELS
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)

    def _stream(self, events: Iterator[bytes], due: float) -> None:
        event = next(events, None)
        if event is None or self._transport.is_closing():
            return
        self._transport.write(event)
        due += 1 / self._rate
        asyncio.get_running_loop().call_at(due, self._stream, events, due)


def _events(tokens: int, *, has_usage: bool) -> Iterator[bytes]:
    yield from TOKENS[: tokens - 1]
    usage = _event(choices=[], usage=_usage(tokens)) if has_usage else b""
    yield TOKENS[tokens - 1] + STOP + usage + DONE


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _serve(port: int, rate: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Endpoint(rate), HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
