"""Requests one after the other on each of some connections, for so long."""

import asyncio
import itertools
import time
from typing import Any

import orjson

from portal.bench.load.connection import Connection, ConnectionFailed, connect, head
from portal.bench.load.job import Job, JobFailed, Requests, Tell

# No two runs send the same, so that no cache answers by chance.
numbers = itertools.count(time.time_ns())


async def run(job: Requests, tell: Tell) -> dict[str, Any]:
    """`ms`: of each request; `seconds`: of all together; `hits`: answers out of a cache."""
    workers = [Worker(job, await connect(job.steps[0].url)) for _ in range(job.at_once)]
    try:
        await asyncio.gather(*(worker.ask_times(job.warm_up) for worker in workers))
        tell({"now": "measuring"})
        begun = time.perf_counter()
        asked = await asyncio.gather(*(worker.ask_until(begun + job.seconds) for worker in workers))
        seconds = time.perf_counter() - begun
    finally:
        for worker in workers:
            worker.connection.close()
    return {
        "ms": [one for each in asked for one in each],
        "seconds": seconds,
        "hits": sum(worker.hits for worker in workers),
    }


class Worker:
    def __init__(self, job: Requests, connection: Connection) -> None:
        self.connection = connection
        self.hits = 0
        self._job = job
        self._steps = [(step.url, head(step.url, step.headers), orjson.dumps(step.body)) for step in job.steps]

    async def ask_times(self, count: int) -> None:
        for _ in range(count):
            await self._ask()
        self.hits = 0

    async def ask_until(self, end: float) -> list[float]:
        """Milliseconds of each."""
        asked: list[float] = []
        while len(asked) < self._job.most_each and (len(asked) < self._job.least_each or time.perf_counter() < end):
            asked.append(await self._ask())
        return asked

    async def _ask(self) -> float:
        number = str(next(numbers)).encode()
        begun = time.perf_counter()
        for url, start, body in self._steps:
            try:
                status, answer = await self.connection.post(start, body.replace(Job.NUMBER, number))
            except ConnectionFailed as error:
                raise JobFailed(f"{url}: {error}") from error
            if status not in (200, 201):
                raise JobFailed(f"{url} answered {status}: {answer[:300].decode(errors='replace')}")
        self.hits += self.connection.headers.get(b"x-cache") == b"hit"
        return (time.perf_counter() - begun) * 1000
