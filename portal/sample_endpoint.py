"""An OpenAI-compatible model endpoint in one file, made to be copied: replace `write_answer` with your model.

It needs the packages fastapi, uvicorn and python-multipart, knows nothing of the portal, keeps nothing between two
requests, and answers the same prompt with the same text.
"""

import asyncio
import base64
import hashlib
import io
import json
import math
import os
import re
import struct
import sys
import time
import uuid
import wave
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MODELS = {
    "sample-chat": "chat",
    "sample-reasoning": "chat",
    "sample-embedding": "embedding",
    "sample-transcription": "transcription",
    "sample-image": "image",
}
FAILURES = ("hang", "cut", "cut-early", "garbage", "html", "empty", "error-event")
CUT_AFTER_CHUNKS = 8
SLOW_RATE = 20.0
MOST_CHOICES = 8
DIMENSIONS = 256
LARGEST_SIDE = 2048
ROLES = {"system", "developer", "user", "assistant", "tool"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """How the model behaves: `fail` is a status or one of FAILURES, with a share if wanted ("429", "cut:0.5")."""

    delay: float = 0.0
    rate: float = 0.0
    fail: str = ""
    api_key: str | None = None

    def failure(self) -> tuple[str, float]:
        if not self.fail:
            return "", 0.0
        parts = re.fullmatch(rf"([45]\d\d|{'|'.join(FAILURES)})(?::(1|0?\.\d+))?", self.fail)
        if not parts:
            kinds = ", ".join(FAILURES)
            raise ValueError(f"fail must be a status from 400 to 599 or one of {kinds}, with :0.5 for half of the time")
        return parts[1], float(parts[2] or 1)


class ApiError(Exception):
    def __init__(self, status: int, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param

    def response(self) -> JSONResponse:
        kind = "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        headers = {}
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            kind, headers = "rate_limit_error", {"retry-after": "1"}
        error = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": error}, self.status, headers)


# The answer: put your own model here.


def write_answer(model: str, messages: list[Json], choice: int) -> str:
    prompt = text_of(messages[-1])
    if counting := re.search(r"count (?:slowly )?to (\d{1,5})\b", prompt, re.IGNORECASE):
        return " ".join(str(number) for number in range(1, int(counting[1]) + 1))
    quoted = " ".join(prompt.split())[:300]
    again = f" (choice {choice + 1})" if choice else ""
    system = sum(len(text_of(message)) for message in messages if message["role"] in {"system", "developer"})
    pictures = sum(len(parts_of(message, "image_url")) for message in messages)
    return f"""\
# Answer from {model}{again}

You wrote: “{quoted}”

This is a **sample model**. It repeats what it was given, in every shape a chat page has to show: ünïcode, 日本語, 🚀.

```python
def greet(name: str) -> str:
    return f"Hello, {{name}}!"
```

| What I received | Value |
| --- | --- |
| Messages | {len(messages)} |
| Characters in your message | {len(prompt)} |
| Characters of system prompt | {system} |
| Images | {pictures} |

The area under $x^2$ between 0 and 1:

$$\\int_0^1 x^2\\,dx = \\frac{{1}}{{3}}$$

1. Copy this endpoint.
2. Put your own model behind it.
3. Name it in the catalogue.
"""


def write_reasoning(messages: list[Json]) -> str:
    prompt = " ".join(text_of(messages[-1]).split())[:100]
    return f"The person wrote “{prompt}”. A short answer with one example of each kind will do. So I write that down."


def text_of(message: Json) -> str:
    return "\n".join(part.get("text", "") for part in parts_of(message, "text"))


def parts_of(message: Json, kind: str) -> list[Json]:
    content = message.get("content") or []
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [part for part in parts if part["type"] == kind]


def tokens_of(text: str) -> list[str]:
    """Pieces of about a token's size; together they are the text again."""
    return re.findall(r"\s*\S{1,6}|\s+", text)


def example_of(schema: Json, root: Json) -> Any:  # noqa: PLR0911 - one return for each kind of schema
    """The simplest value that a JSON schema allows: enough for tool arguments and structured answers."""
    if "$ref" in schema:
        target: Json = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target[step]
        return example_of(target, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return example_of(schema[choice][0], root)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: example_of(part, root) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), root)] * max(1, schema.get("minItems", 1))
    if kind in {"integer", "number"}:
        return schema.get("minimum", 1)
    formats = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "email": "ada@example.com"}
    text = formats.get(schema.get("format", ""), "sample").ljust(schema.get("minLength", 0), "x")
    return {"boolean": True, "null": None}.get(kind, text)


# Chat: the answer as one object or as a stream of events.


@dataclass(frozen=True)
class Reply:
    reasoning: list[str]
    content: list[str]
    finish_reason: str
    calls: tuple[Json, ...] = ()

    def message(self) -> Json:
        message: Json = {"role": "assistant", "content": "".join(self.content) or None}
        if self.reasoning:
            message["reasoning_content"] = "".join(self.reasoning)
        if self.calls:
            message["tool_calls"] = list(self.calls)
        return message

    def deltas(self) -> Iterator[Json]:
        yield {"role": "assistant", "content": None if self.calls else ""}
        yield from ({"reasoning_content": token} for token in self.reasoning)
        yield from ({"content": token} for token in self.content)
        for index, call in enumerate(self.calls):
            function = call["function"]
            yield {"tool_calls": [{**call, "index": index, "function": {**function, "arguments": ""}}]}
            for token in tokens_of(function["arguments"]):
                yield {"tool_calls": [{"index": index, "function": {"arguments": token}}]}


def reply_to(body: Json, choice: int) -> Reply:
    messages = body["messages"]
    reasoning = tokens_of(write_reasoning(messages)) if body["model"] == "sample-reasoning" else []
    if tools := wanted_tools(body, messages[-1]):
        return Reply(reasoning, [], "tool_calls", tuple(tool_call(tool, choice) for tool in tools))
    answer_format = body.get("response_format") or {}
    if answer_format.get("type") == "json_schema":
        schema = answer_format["json_schema"].get("schema", {})
        text = json.dumps(example_of(schema, schema), ensure_ascii=False)
    elif answer_format.get("type") == "json_object":
        text = json.dumps({"model": body["model"], "prompt": text_of(messages[-1])}, ensure_ascii=False)
    else:
        text = write_answer(body["model"], messages, choice)
    return Reply(reasoning, *within_limits(text, body))


def within_limits(text: str, body: Json) -> tuple[list[str], str]:
    stops = body.get("stop") or []
    for stop in [stops] if isinstance(stops, str) else stops:
        text = text.split(stop, 1)[0]
    tokens = tokens_of(text)
    limit = body.get("max_completion_tokens") or body.get("max_tokens") or len(tokens)
    return tokens[:limit], "length" if limit < len(tokens) else "stop"


def wanted_tools(body: Json, last: Json) -> list[Json]:
    """The tools to call: those that `tool_choice` demands, else those that the person's message names."""
    tools = [tool["function"] for tool in body.get("tools") or [] if tool.get("type") == "function"]
    choice = body.get("tool_choice") or "auto"
    if choice == "none" or last["role"] == "tool":
        return []
    if isinstance(choice, dict):
        return [tool for tool in tools if tool["name"] == choice["function"]["name"]]
    named = [tool for tool in tools if tool["name"].lower() in text_of(last).lower()]
    asked = choice == "required" or re.search(r"\btools?\b", text_of(last), re.IGNORECASE)
    return named or (tools[:1] if asked else [])


def tool_call(tool: Json, choice: int) -> Json:
    schema = tool.get("parameters") or {}
    arguments = json.dumps(example_of(schema, schema) if schema else {}, ensure_ascii=False)
    number = hashlib.sha256(f"{tool['name']}{choice}".encode()).hexdigest()[:12]
    return {"id": f"call_{number}", "type": "function", "function": {"name": tool["name"], "arguments": arguments}}


def usage_of(body: Json, replies: list[Reply]) -> Json:
    prompt = sum(len(tokens_of(text_of(message))) for message in body["messages"])
    calls = sum(len(tokens_of(call["function"]["arguments"])) for reply in replies for call in reply.calls)
    reasoning = sum(len(reply.reasoning) for reply in replies)
    answer = sum(len(reply.content) for reply in replies) + calls + reasoning
    usage: Json = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
    return usage | ({"completion_tokens_details": {"reasoning_tokens": reasoning}} if reasoning else {})


def chat_choice(index: int, message: Json, end: str | None, part: str = "delta", logprobs: Json | None = None) -> Json:
    return {"index": index, part: message, "logprobs": logprobs, "finish_reason": end}


def text_choice(index: int, message: Json, end: str | None, _: str = "", logprobs: Json | None = None) -> Json:
    return {"index": index, "text": message.get("content") or "", "logprobs": logprobs, "finish_reason": end}


def logprobs_of(body: Json, tokens: list[str]) -> Json | None:
    """This model is always certain; a real one says how likely each token was, and which others were."""
    if body.get("logprobs") is not True or not tokens:
        return None
    certain = [{"token": token, "logprob": 0.0, "bytes": list(token.encode())} for token in tokens]
    wanted = 1 if body.get("top_logprobs") else 0
    return {"content": [{**token, "top_logprobs": [token] * wanted} for token in certain], "refusal": None}


async def events(
    body: Json, replies: list[Reply], head: Json, choice: Callable[..., Json], options: Options
) -> AsyncIterator[str]:
    await asyncio.sleep(options.delay)
    for index, reply in enumerate(replies):
        for delta in reply.deltas():
            logprobs = logprobs_of(body, [delta["content"]] if delta.get("content") else [])
            yield event({**head, "choices": [choice(index, delta, None, logprobs=logprobs)]})
            await pause(options, 1)
        yield event({**head, "choices": [choice(index, {}, reply.finish_reason)]})
    if (body.get("stream_options") or {}).get("include_usage"):
        yield event({**head, "choices": [], "usage": usage_of(body, replies)})
    yield "data: [DONE]\n\n"


def event(content: Json) -> str:
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"


async def answer(body: Json, options: Options, kind: str, chunk_kind: str, choice: Callable[..., Json]) -> Response:
    check_number(body, "temperature", 0, 2, float)
    check_number(body, "n", 1, MOST_CHOICES)
    check_number(body, "max_tokens", 1, math.inf)
    check_number(body, "max_completion_tokens", 1, math.inf)
    try:
        replies = [reply_to(body, number) for number in range(body.get("n") or 1)]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ApiError(400, "A field of the request is of the wrong kind.", "invalid_value") from error
    options = paced(options, body["messages"])
    head = {"id": f"sample-{uuid.uuid4().hex}", "created": int(time.time()), "model": body["model"]}
    if body.get("stream"):
        stream = events(body, replies, {**head, "object": chunk_kind}, choice, options)
        return StreamingResponse(stream, media_type="text/event-stream")
    usage = usage_of(body, replies)
    await asyncio.sleep(options.delay)
    await pause(options, usage["completion_tokens"])
    choices = [
        choice(index, reply.message(), reply.finish_reason, "message", logprobs_of(body, reply.content))
        for index, reply in enumerate(replies)
    ]
    return JSONResponse({**head, "object": kind, "choices": choices, "usage": usage})


def paced(options: Options, messages: list[Json]) -> Options:
    """ "Count slowly to 100" gets the pace of a slow model, however fast this one is."""
    is_slow = re.search(r"\bslowly\b", text_of(messages[-1]), re.IGNORECASE)
    return replace(options, rate=SLOW_RATE) if is_slow else options


async def pause(options: Options, tokens: int) -> None:
    if options.rate:
        await asyncio.sleep(tokens / options.rate)


# What a request may contain.


async def body_of(request: Request, kind: str) -> Json:
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise ApiError(400, "The request body is not valid JSON.", "invalid_json") from error
    if not isinstance(body, dict):
        raise ApiError(400, "The request body must be a JSON object.", "invalid_json")
    check_model(body.get("model"), kind)
    return body


def check_model(model: Any, kind: str = "") -> None:
    if not isinstance(model, str):
        raise ApiError(400, "You must name a model.", "missing_required_parameter", "model")
    if model not in MODELS:
        raise ApiError(404, f"The model `{model}` does not exist.", "model_not_found", "model")
    if kind and MODELS[model] != kind:
        raise ApiError(400, f"The model `{model}` is not for {kind}.", "unsupported_model", "model")


def check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise ApiError(400, "`messages` must be a list with a message.", "missing_required_parameter", "messages")
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise ApiError(400, "Each message needs a known `role`.", "invalid_value", "messages")
        content = message.get("content") or []
        for part in content if isinstance(content, list) else []:
            if not isinstance(part, dict) or part.get("type") not in {"text", "image_url"}:
                raise ApiError(400, "A part must be of type `text` or `image_url`.", "invalid_value", "messages")


def check_number(body: Json, name: str, lowest: float, highest: float, kind: type[float] = int) -> None:
    value = body.get(name)
    if value is not None and not (isinstance(value, int | kind) and lowest <= value <= highest):
        raise ApiError(400, f"`{name}` must be a number from {lowest} to {highest}.", "invalid_value", name)


# The other kinds of model.


def embed(text: str, dimensions: int) -> list[float]:
    """A unit vector made of the words, so that texts that share words are near each other."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()) or [text]:
        noise = hashlib.shake_256(word.encode()).digest(dimensions)
        vector = [value + byte - 127.5 for value, byte in zip(vector, noise, strict=True)]
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


def pack(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def draw(prompt: str, width: int, height: int) -> bytes:
    """A PNG with a mirrored 8 x 8 pattern in a colour of the prompt's own."""
    digest = hashlib.sha256(prompt.encode()).digest()
    ink, paper = digest[:3], b"\xf4\xf4\xf4"
    rows = []
    for bits in digest[3:11]:
        half = [ink if bits >> column & 1 else paper for column in range(4)]
        cells = half + half[::-1]
        rows.append(b"\0" + b"".join(cells[x * 8 // width] for x in range(width)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows[y * 8 // height] for y in range(height)))
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def listen(audio: bytes, name: str, kind: str) -> tuple[str, float]:
    """No speech is recognised here: the transcript says honestly what arrived. Only WAV tells its length."""
    seconds = 0.0
    try:
        with wave.open(io.BytesIO(audio)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError):
        pass
    length = f"{seconds:.1f} seconds" if seconds else "of unknown length"
    return f"This is a sample transcript: I received {name}, {kind}, {len(audio)} bytes, {length}.", seconds


# The HTTP side.


def create_app(options: Options) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(options))
    app.add_exception_handler(ApiError, refuse)
    app.add_exception_handler(HTTPException, refuse)
    app.add_exception_handler(RequestValidationError, refuse)
    app.add_middleware(Trouble, failure=options.failure())
    app.add_middleware(RequestLog)
    return app


async def refuse(_: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        error = ApiError(error.status_code, f"{error.detail}.")
    elif not isinstance(error, ApiError):
        error = ApiError(400, "A required field of the form is missing or wrong.", "invalid_value")
    return error.response()


def routes(options: Options) -> APIRouter:  # noqa: C901, PLR0915 - a list of routes, not one decision after another
    async def authorised(request: Request) -> None:
        if options.api_key and request.headers.get("authorization") != f"Bearer {options.api_key}":
            raise ApiError(401, "Incorrect API key provided.", "invalid_api_key")

    router = APIRouter()
    v1 = APIRouter(prefix="/v1", dependencies=[Depends(authorised)])

    @router.get("/health")
    async def health() -> Json:
        return {"status": "ok"}

    @v1.get("/models")
    async def models() -> Json:
        return {"object": "list", "data": [model_card(name) for name in MODELS]}

    @v1.get("/models/{name}")
    async def model(name: str) -> Json:
        check_model(name)
        return model_card(name)

    @v1.post("/chat/completions")
    async def chat(request: Request) -> Response:
        body = await body_of(request, "chat")
        check_messages(body.get("messages"))
        return await answer(body, options, "chat.completion", "chat.completion.chunk", chat_choice)

    @v1.post("/completions")
    async def complete(request: Request) -> Response:
        body = await body_of(request, "chat")
        prompt = body.get("prompt")
        if isinstance(prompt, list) and len(prompt) == 1:
            prompt = prompt[0]
        if not isinstance(prompt, str) or not prompt:
            raise ApiError(400, "`prompt` must be a text.", "invalid_value", "prompt")
        body["messages"] = [{"role": "user", "content": prompt}]
        return await answer(body, options, "text_completion", "text_completion", text_choice)

    @v1.post("/embeddings")
    async def embeddings(request: Request) -> Json:
        body = await body_of(request, "embedding")
        check_number(body, "dimensions", 1, 4096)
        texts = body.get("input")
        texts = texts if isinstance(texts, list) and texts and not isinstance(texts[0], int) else [texts]
        if not all(texts):
            raise ApiError(400, "`input` must be one text or several, none of them empty.", "invalid_value", "input")
        vectors = [embed(str(text), body.get("dimensions") or DIMENSIONS) for text in texts]
        as_base64 = body.get("encoding_format") == "base64"
        shown = [pack(vector) if as_base64 else vector for vector in vectors]
        tokens = sum(len(tokens_of(str(text))) for text in texts)
        data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(shown)]
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "model": body["model"], "data": data, "usage": usage}

    @v1.post("/audio/transcriptions")
    async def transcribe(
        file: Annotated[UploadFile, File()],
        model: Annotated[str, Form()],
        response_format: Annotated[str, Form()] = "json",
        language: Annotated[str, Form()] = "en",
    ) -> Response:
        check_model(model, "transcription")
        text, seconds = listen(await file.read(), file.filename or "a file", file.content_type or "of unknown type")
        if response_format == "text":
            return PlainTextResponse(text + "\n")
        if response_format == "json":
            return JSONResponse({"text": text})
        if response_format != "verbose_json":
            known = "`json`, `text` or `verbose_json`"
            raise ApiError(400, f"`response_format` must be {known}.", "invalid_value", "response_format")
        segment = {"id": 0, "start": 0.0, "end": seconds, "text": text}
        whole = {"task": "transcribe", "language": language, "duration": seconds, "text": text, "segments": [segment]}
        return JSONResponse(whole)

    @v1.post("/images/generations")
    async def images(request: Request) -> Json:
        body = await body_of(request, "image")
        check_number(body, "n", 1, MOST_CHOICES)
        size = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,3})", str(body.get("size") or "256x256"))
        if not size or not body.get("prompt") or max(width := int(size[1]), height := int(size[2])) > LARGEST_SIDE:
            message = f"`prompt` must be a text and `size` like `256x256`, at most {LARGEST_SIDE} a side."
            raise ApiError(400, message, "invalid_value", "size")
        data = []
        for number in range(body.get("n") or 1):
            png = base64.b64encode(draw(f"{body['prompt']}{number}", width, height)).decode()
            as_link = body.get("response_format") == "url"
            data.append({"url": f"data:image/png;base64,{png}"} if as_link else {"b64_json": png})
        return {"created": int(time.time()), "data": data}

    router.include_router(v1)
    return router


def model_card(name: str) -> Json:
    return {"id": name, "object": "model", "created": 1767225600, "owned_by": "sample"}


class Cut(OSError):
    """The connection is to end here."""


# What a gateway in front of a dead model says, and the event of a model that dies with its answer begun.
BODIES: dict[str, tuple[str, int, dict[str, str]]] = {
    "garbage": ("<html>data: {not JSON", 200, {"content-type": "application/json"}),
    "html": ("<!doctype html><title>Please sign in</title>", 200, {"content-type": "text/html"}),
    "empty": ("", 200, {"content-type": "application/json"}),
    "error-event": (
        'data: {"error": {"message": "The sample endpoint was told to fail.", "type": "server_error"}}\n\n',
        200,
        {"content-type": "text/event-stream"},
    ),
}


class Trouble:
    """Plays a broken model: an error status, no answer at all, half an answer, or nonsense."""

    def __init__(self, app: ASGIApp, failure: tuple[str, float]) -> None:
        self.app = app
        self.kind, self.share = failure
        self.due = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not self.strikes():
            await self.app(scope, receive, send)
        elif self.kind == "hang":
            while (await receive())["type"] != "http.disconnect":
                pass
        elif self.kind in BODIES:
            await Response(*BODIES[self.kind])(scope, receive, send)
        elif self.kind == "cut":
            await self.cut(scope, receive, send, CUT_AFTER_CHUNKS)
        elif self.kind == "cut-early":
            await self.cut(scope, receive, send, 0)
        else:
            await ApiError(int(self.kind), "The sample endpoint was told to fail.").response()(scope, receive, send)

    def strikes(self) -> bool:
        """Evenly, not by chance: a share of 0.2 is every fifth request."""
        self.due += self.share
        if self.due < 1:
            return False
        self.due -= 1
        return True

    async def cut(self, scope: Scope, receive: Receive, send: Send, after: int) -> None:
        """Without the last part of the body the server closes the connection, as it does when a model dies."""
        chunks = 0

        async def send_half(message: Message) -> None:
            nonlocal chunks
            if message["type"] == "http.response.body":
                chunks += 1
                last = not message.get("more_body")
                body = message["body"][: len(message["body"]) // 2] if last else message["body"]
                message = {"type": message["type"], "body": body if after else b"", "more_body": True}
                if last or chunks >= after:
                    await send(message)
                    raise Cut
            await send(message)

        with suppress(Cut):
            await self.app(scope, receive, send_half)


class RequestLog:
    """One line of JSON for each request, with the id it came with, which goes back with the answer too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = dict(scope["headers"]).get(b"x-request-id", b"")
        started, status = time.perf_counter(), 499

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if request_id:
                    message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            line = {
                "event": "sample_endpoint.answered",
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "request_id": request_id.decode("latin-1"),
            }
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def serve(host: str, port: int, options: Options) -> None:
    uvicorn.run(create_app(options), host=host, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    # How a copy is run: `python my_endpoint.py 4200`.
    serve("127.0.0.1", int(sys.argv[1]), Options(api_key=os.environ.get("ENDPOINT_API_KEY")))
