"""The models of the chat's tests: one server, and in each of its folders a model that behaves in its own way.

`chat-echo` says again what it was told last, word for word, in pieces of a few characters; asked to "show the request",
it answers with the JSON that it was sent.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from waiting import wait_until

from portal.sample_endpoint import Options, create_app

# Tokens per second.
FAST, SLOW = 100, 5
MODELS = {
    "chat-fast": Options(rate=FAST),
    "chat-slow": Options(rate=SLOW),
    "chat-fails": Options(fail="500"),
    "chat-refuses": Options(fail="429"),
    "chat-hangs": Options(fail="hang"),
    "chat-cut": Options(fail="cut"),
    # Its context window has only room for a few messages.
    "chat-small": Options(),
    "chat-echo": None,
}
TOKEN_LIMITS = {"chat-small": 400, "chat-echo": 32_000}
PIECE = 7


@contextmanager
def running_chat_models(port: int) -> Iterator[str]:
    """In a process of its own: what it prints is no test's output, and its work holds no test up."""
    process = subprocess.Popen([sys.executable, __file__, str(port)], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def is_there() -> bool:
        assert process.poll() is None
        try:
            return httpx.get(f"{url}/chat-echo/v1/models").is_success
        except httpx.TransportError:
            return False

    try:
        wait_until(is_there, seconds=120)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def entries(port: int) -> list[dict[str, Any]]:
    """Of the catalogue, for models whose server listens there."""
    return [
        {
            "model_name": name,
            "litellm_params": {
                "model": "openai/sample-chat",
                "api_base": f"http://127.0.0.1:{port}/{name}/v1",
                "api_key": "sample",
                "timeout": 5 if name == "chat-hangs" else 120,
                "stream_timeout": 5 if name == "chat-hangs" else 120,
                "cooldown_time": 0,
                "input_cost_per_token": 0.000001,
                "output_cost_per_token": 0.000002,
            },
            "model_info": {
                "mode": "chat",
                "name": name.replace("-", " ").title(),
                "description": f"A model of the tests, {name}.",
                "tokenLimit": TOKEN_LIMITS.get(name, 8192),
            },
        }
        for name in MODELS
    ]


def echo() -> Starlette:
    return Starlette(
        routes=[
            Route("/v1/models", lambda _: JSONResponse({"data": [{"id": "sample-chat", "object": "model"}]})),
            Route("/v1/chat/completions", _echo, methods=["POST"]),
        ]
    )


async def _echo(request: Request) -> Response:
    body = await request.json()
    asked = body["messages"][-1]["content"]
    text = json.dumps(body) if "show the request" in asked else asked
    head = {"id": "echo", "created": 1, "model": "sample-chat"}
    usage = {"prompt_tokens": 10, "completion_tokens": len(text) // 4 + 1, "total_tokens": 11 + len(text) // 4}
    if not body.get("stream"):
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return JSONResponse({**head, "object": "chat.completion", "choices": [choice], "usage": usage})
    return StreamingResponse(_events(head, text, usage), media_type="text/event-stream")


async def _events(head: dict[str, Any], text: str, usage: dict[str, int]) -> AsyncIterator[str]:
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[start : start + PIECE]} for start in range(0, len(text), PIECE)]
    for delta in deltas:
        yield _event(head, [{"index": 0, "delta": delta, "finish_reason": None}])
        await asyncio.sleep(0)
    yield _event(head, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
    yield _event(head, [], usage=usage)
    yield "data: [DONE]\n\n"


def _event(head: dict[str, Any], choices: list[dict[str, Any]], **more: Any) -> str:
    return f"data: {json.dumps({**head, 'object': 'chat.completion.chunk', 'choices': choices, **more})}\n\n"


if __name__ == "__main__":
    folders = [Mount(f"/{name}", create_app(options) if options else echo()) for name, options in MODELS.items()]
    uvicorn.run(Starlette(routes=folders), port=int(sys.argv[1]), log_level="warning", access_log=False)
