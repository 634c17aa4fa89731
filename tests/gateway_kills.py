"""Kills of a gateway, and of its worker, under 20 requests per second and 20 streams through the portal."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import psutil
from platform_run import Platform

STREAMS, REQUESTS_PER_SECOND = 20, 20
# What ends sooner after its start is replaced after a pause, because the next one could do the same.
STEADY_WORKER, STEADY_GATEWAY = 2, 11
LONGEST_SECONDS = 180


class Load:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        # Of requests that were begun then: the status, or the name of the error.
        self.answers: list[tuple[float, int | str]] = []
        self.streaming = 0
        self.cut = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(STREAMS):
                tasks.create_task(self._stream_again_and_again())
            while True:
                tasks.create_task(self._ask())
                await asyncio.sleep(1 / REQUESTS_PER_SECOND)

    async def _ask(self) -> None:
        begun = time.monotonic()
        try:
            answer = await self._client.post("chat/completions", json=question("Hello"))
            self.answers.append((begun, answer.status_code))
        except httpx.TransportError as error:
            self.answers.append((begun, type(error).__name__))

    async def _stream_again_and_again(self) -> None:
        asked = question("Count slowly to 400", stream=True)
        while True:
            with suppress(httpx.TransportError):
                async with self._client.stream("POST", "chat/completions", json=asked) as answer:
                    if answer.is_success:
                        await self._follow(answer)
            await asyncio.sleep(0.2)

    async def _follow(self, answer: httpx.Response) -> None:
        self.streaming += 1
        is_done = False
        try:
            async for line in answer.aiter_lines():
                is_done = is_done or line == "data: [DONE]"
        finally:
            self.streaming -= 1
            self.cut += not is_done


def question(text: str, **more: object) -> dict[str, object]:
    return {"model": "sample-chat", "messages": [{"role": "user", "content": text}], **more}


async def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not happens():
        assert time.monotonic() < deadline, "it did not come back"
        await asyncio.sleep(0.02)


async def measured(name: str, load: Load, find: Callable[[], int], steady: float) -> float:
    """The seconds from the kill until a request was begun that was answered."""
    await until(lambda: load.streaming == STREAMS)
    await asyncio.sleep(steady)
    load.answers.clear()
    load.cut = 0
    killed = time.monotonic()
    os.kill(find(), signal.SIGKILL)
    # What was begun before may still be answered, by what was written before the kill.
    await until(lambda: any(status == 200 and begun > killed for begun, status in load.answers))
    seconds = next(begun for begun, status in load.answers if status == 200 and begun > killed) - killed
    await until(lambda: load.streaming == STREAMS)
    statuses = Counter(str(status) for _, status in load.answers)
    seen = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    row = f"| {name} | {seconds:.1f} | {seen} | {load.cut} of {STREAMS} | {load.streaming} streams run |"
    print(row, flush=True)  # noqa: T201 - for people
    return seconds


async def worker_killed(platform: Platform, load: Load, number: int) -> float:
    return await measured(f"worker {number}", load, lambda: worker_of(platform), STEADY_WORKER)


async def gateway_killed(platform: Platform, load: Load, number: int) -> float:
    return await measured(f"gateway {number}", load, lambda: platform.pids["gateway"], STEADY_GATEWAY)


def worker_of(platform: Platform) -> int:
    """The one process below the gateway that leads a session of its own and listens."""
    (pid,) = (
        process.pid
        for process in psutil.Process(platform.pids["gateway"]).children(recursive=True)
        if os.getsid(process.pid) == process.pid and process.name() != "node"
    )
    return pid


@asynccontextmanager
async def running_load(platform: Platform) -> AsyncIterator[Load]:
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        client.headers["authorization"] = f"Bearer {platform.admin_key}"
        key = (await client.post(f"{platform.gateway_url}/key/generate", json={})).json()["key"]
        client.headers["authorization"] = f"Bearer {key}"
        client.base_url = f"{platform.portal_url}/api/v1/"
        load = Load(client)
        running = asyncio.create_task(load.run())
        try:
            yield load
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
