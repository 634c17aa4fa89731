"""A tiny program in place of LiteLLM, which behaves badly when its catalogue has a model that is named for it."""

import asyncio
import itertools
import json
import os
import sys
import time
from pathlib import Path

import yaml

from litellm_config.running.forking import fork_workers

NOTES = Path(os.environ["NOTES"])
models: list[str] = []


def note(what):
    with NOTES.open("a") as notes:
        notes.write(f"{what}\n")


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await run_life(receive, send)
    elif scope["path"] == "/raises":
        await answer_and_raise(scope["query_string"], send)
    elif scope["path"] == "/busy":
        time.sleep(float(scope["query_string"]))  # noqa: ASYNC251 - as code that never lets the event loop go on
        await say(send, b"{}")
    elif scope["path"] == "/stream":
        await stream(dict(pair.split("=") for pair in scope["query_string"].decode().split("&")), send)
    else:
        answer = {"models": models, "pid": os.getpid(), "secret": os.environ.get("A_SECRET")}
        await say(send, json.dumps(answer).encode())


async def run_life(receive, send):
    await receive()
    note(f"starts {os.getpid()}")
    models.extend(read_models())
    if "crashes" in models:
        os._exit(3)
    if "cannot-listen" in models:
        os.close(int(sys.argv[-2]))
    if "is-refused" in models:
        text = f"no such provider for {os.environ['A_SECRET_KEY']} at https://models.example.com/v1\nor elsewhere"
        await send({"type": "lifespan.startup.failed", "message": f"Traceback:\n  line\nValueError: {text}"})
        return
    if "never-starts" in models:
        await asyncio.sleep(600)
    if "starts-slowly" in models:
        await asyncio.sleep(2)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    note(f"ends {os.getpid()}")
    await send({"type": "lifespan.shutdown.complete"})


def read_models():
    content = yaml.safe_load(Path(os.environ["CONFIG_FILE_PATH"]).read_text())
    return [entry["model_name"] for entry in content["model_list"]]


async def say(send, body):
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def answer_and_raise(when, send):
    if when == b"in-the-middle":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half of ", "more_body": True})
    elif when == b"afterwards":
        await say(send, b"whole")
    raise RuntimeError("correct-horse-battery")


async def stream(asked, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for number in range(int(asked["parts"])) if "parts" in asked else until_the_test_says_so():
        await send({"type": "http.response.body", "body": f"{number} ".encode(), "more_body": True})
        await asyncio.sleep(float(asked["pause"]))
    await send({"type": "http.response.body", "body": b"end"})


def until_the_test_says_so():
    for number in itertools.count():
        if NOTES.with_name("streams-end").exists():
            return
        yield number


def load():
    note(f"loads {os.getpid()}")
    sys.stdout.write("stand-in: loads\n")
    sys.stdout.flush()
    time.sleep(float(os.environ.get("LOADS_FOR", "0")))
    return app


if __name__ == "__main__":
    fork_workers(load)
