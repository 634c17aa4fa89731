"""A model endpoint of a test: it says its own name, and misbehaves as it is told, from one request to the next."""

import asyncio
import json
import threading
import uuid
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

Send = Callable[..., Any]
CHUNK = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
WHOLE = {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
DONE = b"data: [DONE]\n\n"
STREAM = "text/event-stream"
JSON = "application/json"
NEVER = 300


@dataclass(frozen=True)
class Script:
    """Sent as it is, part by part, with `pause` seconds after each; `stays`: the end never comes."""

    parts: Sequence[bytes]
    kind: str = STREAM
    status: int = 200
    pause: float = 0.0
    stays: bool = False
    headers: Sequence[tuple[bytes, bytes]] = ()


class Endpoint:
    """`fault` is a status or one of the words below; empty, it answers. It may heal after one request.

    `script` says, where there is one, what is sent instead, by the path and the body of the request.
    """

    def __init__(self, name: str, fault: str = "", *, heals: bool = False) -> None:
        self.name = name
        self.fault = fault
        self.script: Callable[[str, dict[str, Any]], Script] | None = None
        self.heals = heals
        self.authorization = ""
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()

    @property
    def asked(self) -> int:
        return len(self.bodies)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] == "GET":
            # A gateway looks whether the endpoint is there; that is no request of anybody's.
            await reply(send, 200, JSON, b'{"data": []}')
            return
        self.authorization = dict(scope["headers"]).get(b"authorization", b"").decode()
        raw = b""
        while True:
            message = await receive()
            raw += message.get("body", b"")
            if not message.get("more_body"):
                break
        body = json.loads(raw) if raw.startswith(b"{") else {}
        fault = self.fault
        if self.heals:
            self.fault = ""
        # Who sees that it was asked may change the fault of the next request.
        self.bodies.append(body)
        answering = asyncio.ensure_future(self._answer(fault, scope["path"], body, send))
        leaving = asyncio.ensure_future(receive())
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            self.left.set()
            answering.cancel()
        leaving.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)

    async def _answer(self, fault: str, path: str, body: dict[str, Any], send: Send) -> None:
        if self.script:
            await play(self.script(path, body), send)
        elif fault == "too-long":
            error = {"message": "This model's maximum context length is 10 tokens.", "code": "context_length_exceeded"}
            await reply(send, 400, JSON, json.dumps({"error": error}).encode())
        elif fault.isdecimal():
            error = {"error": {"message": f"{self.name} fails", "type": "x", "param": None, "code": "x"}}
            headers = [(b"retry-after", b"2")] if fault == "429" else []
            await reply(send, int(fault), JSON, json.dumps(error).encode(), headers)
        elif fault in BODIES:
            kind, content = BODIES[fault]
            await reply(send, 200, STREAM if body.get("stream") and fault == "empty" else kind, content)
        elif fault == "hang":
            await asyncio.sleep(NEVER)
        elif path.endswith("/embeddings"):
            data = [{"object": "embedding", "index": 0, "embedding": [float(ord(letter)) for letter in self.name]}]
            await reply(
                send, 200, JSON, json.dumps({"object": "list", "model": "m", "data": data, "usage": USAGE}).encode()
            )
        elif body.get("stream"):
            await self._stream(send, fault)
        elif fault in STREAM_FAULTS:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", JSON.encode())]})
            await send({"type": "http.response.body", "body": b'{"id": "1", "cho', "more_body": True})
            if "hang" in fault:
                await asyncio.sleep(NEVER)
            raise Cut
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": self.name}, "finish_reason": "stop"}
            answer = {**WHOLE, "id": uuid.uuid4().hex, "choices": [choice], "usage": USAGE}
            await reply(send, 200, JSON, json.dumps(answer).encode())

    async def _stream(self, send: Send, fault: str) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", STREAM.encode())]})
        async for part in self._events(fault):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _events(self, fault: str) -> AsyncIterator[bytes]:
        async for event in before_the_first_word(fault):
            yield event
        if fault in NO_WORDS:
            return
        for word in [self.name, " is", " broken"] if fault else [self.name]:
            yield delta({"content": word})
            await asyncio.sleep(0.02)
        match fault:
            case "mid-hang":
                await asyncio.sleep(NEVER)
            case "mid-cut":
                raise Cut
            case "mid-error":
                yield ERROR_EVENT
            case "" | "mid-garbage":
                if fault:
                    yield b"data: {not JSON\n\n"
                yield delta({}, "stop")
                yield DONE


async def before_the_first_word(fault: str) -> AsyncIterator[bytes]:
    match fault:
        case "headers-then-hang":
            yield b""
            await asyncio.sleep(NEVER)
        case "headers-then-cut":
            yield b""
            raise Cut
        case "error-event":
            yield ERROR_EVENT
        case "only-done":
            yield DONE
        case _:
            yield delta({"role": "assistant", "content": ""})
            if fault == "role-then-cut":
                raise Cut


class Cut(Exception):
    """Without the last part of a body the server closes the connection, as it does when a model dies."""


BODIES = {
    "empty": (JSON, b""),
    "garbage": (JSON, b"<html>data: {not JSON"),
    "html": ("text/html", b"<!doctype html><html><title>Sign in</title></html>"),
    "null": (JSON, b"null"),
}
ERROR_EVENT = b'data: {"error": {"message": "out of memory at 10.1.2.3", "type": "x", "code": 500}}\n\n'
NO_WORDS = ("error-event", "only-done")
STREAM_FAULTS = ("headers-then-hang", "headers-then-cut", "mid-hang", "mid-cut")


async def play(script: Script, send: Send) -> None:
    head = [(b"content-type", script.kind.encode()), *script.headers]
    await send({"type": "http.response.start", "status": script.status, "headers": head})
    for part in script.parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(script.pause)
    if script.stays:
        await asyncio.sleep(NEVER)
    await send({"type": "http.response.body", "body": b""})


def delta(content: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": content, "finish_reason": finish_reason}
    return b"data: " + json.dumps({**CHUNK, "choices": [choice]}).encode() + b"\n\n"


async def reply(
    send: Send, status: int, kind: str, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    head = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
