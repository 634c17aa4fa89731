"""The chat's socket as a page would use it; see portal/chat/protocol.py for the frames."""

import asyncio
import json
import time
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

from portal.bench.load import connection as http
from portal.bench.load.job import Answers, JobFailed, Tell, Turns
from portal.bench.load.streams import Stream
from portal.bench.paced_endpoint import text

# A browser goes on in a conversation, and now and then begins another one.
TURNS_OF_A_CONVERSATION = 10
PAUSE_SECONDS = 0.05


async def turns(job: Turns, tell: Tell) -> dict[str, Any]:
    """Milliseconds to the first text, of each question."""
    direct_ms, chat_ms = [], []
    async with connect(job.socket_url, proxy=None, compression=None) as socket:
        await _sign_in(socket, job.token)
        straight = await http.connect(job.direct.url)
        place: dict[str, Any] = {}
        for number in range(job.count + job.warm_up):
            if number == job.warm_up:
                tell({"now": "measuring"})
            if number % TURNS_OF_A_CONVERSATION == 0:
                place = {}
            direct_ms.append(await _ask_directly(straight, job))
            await asyncio.sleep(PAUSE_SECONDS)
            began = time.perf_counter()
            await _send(socket, job.model, job.tokens, place)
            chat_ms.append((await _first_text(socket, place) - began) * 1000)
            await asyncio.sleep(PAUSE_SECONDS)
        straight.close()
    return {"direct_ms": direct_ms[job.warm_up :], "chat_ms": chat_ms[job.warm_up :]}


async def answers(job: Answers, tell: Tell) -> dict[str, Any]:
    """Milliseconds to the first text of each; they run from "measuring" on until all have ended."""
    sockets = [await connect(job.socket_url, proxy=None, compression=None) for _ in range(job.streams)]
    try:
        for socket in sockets:
            await _sign_in(socket, job.token)
        tell({"now": "measuring"})
        between = job.tokens / job.rate / job.streams
        asked = (_answer(socket, job, number * between) for number, socket in enumerate(sockets))
        return {"ttft_ms": await asyncio.gather(*asked)}
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))


async def _answer(socket: ClientConnection, job: Answers, seconds: float) -> float:
    await asyncio.sleep(seconds)
    began = time.perf_counter()
    await _send(socket, job.model, job.tokens, {})
    return (await _first_text(socket, {}, text(job.tokens)) - began) * 1000


async def _sign_in(socket: ClientConnection, token: str) -> None:
    await socket.send(json.dumps({"type": "auth", "token": token}))
    _refuse(json.loads(await socket.recv()), "ready")


async def _send(socket: ClientConnection, model: str, tokens: int, place: dict[str, Any]) -> None:
    lane = {"lane": 0, "model": model, "params": {"max_tokens": tokens}}
    await socket.send(json.dumps({"type": "send", "content": f"Hello {time.time_ns()}", "lanes": [lane], **place}))


async def _first_text(socket: ClientConnection, place: dict[str, Any], whole: str | None = None) -> float:
    """When it came. Reads on to the end of the answer, and notes in `place` what the next question follows."""
    first = 0.0
    texts = []
    async for received in socket:
        frame = orjson.loads(received)
        match frame["type"]:
            case "turn":
                place.update(conversation=frame["conversation"], parent=frame["lanes"][0]["message"])
            case "delta":
                first = first or time.perf_counter()
                texts.append(frame["text"])
            case "done":
                break
            case "error":
                _refuse(frame, "done")
    if not first or whole not in (None, "".join(texts)):
        raise JobFailed("An answer of the chat is not what the endpoint sent.")
    return first


async def _ask_directly(straight: http.Connection, job: Turns) -> float:
    stream = Stream(time.perf_counter())
    asked = {**job.direct.body, "messages": [{"role": "user", "content": f"Hello {time.time_ns()}"}]}
    start = http.head(job.direct.url, job.direct.headers)
    status, _ = await straight.post(start, orjson.dumps(asked), stream.hear)
    if stream.first is None:
        raise JobFailed(f"{job.direct.url} answered {status} and no text")
    return (stream.first - stream.begun) * 1000


def _refuse(frame: dict[str, Any], wanted: str) -> None:
    if frame["type"] != wanted:
        raise JobFailed(f"The chat said {frame['type']} in place of {wanted}: {frame.get('text')}")
