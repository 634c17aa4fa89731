"""Paced streams that begin one after the other, evenly, so that after the length of one so many run at the same time.

What is measured are the streams of the second such length, in which new ones go on to begin as others end.
"""

import asyncio
import time
from typing import Any

import orjson

from portal.bench.load.connection import ConnectionFailed, connect, head
from portal.bench.load.job import Streams, Tell
from portal.bench.paced_endpoint import text

DATA = b"data: "
END = b"\n\n"
SILENCE_SECONDS = 1.0


class Stream:
    """`begun`, `first`, `last` in seconds of the clock; `first` is None until text came."""

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.first: float | None = None
        self.last = begun
        self.events = 0
        self.texts: list[str] = []
        self.has_ended = False
        self.failure = ""
        self._received = b""

    def hear(self, data: bytes) -> None:
        *events, self._received = (self._received + data).split(END)
        for event in events:
            if event.startswith(b"data: {"):
                self._take(orjson.loads(event[len(DATA) :]))

    def _take(self, event: dict[str, Any]) -> None:
        self.events += 1
        if event.get("error"):
            self.failure = str(event["error"])[:300]
        content = event["choices"][0]["delta"].get("content") if event.get("choices") else None
        if content:
            self.last = time.perf_counter()
            self.first = self.first or self.last
            self.texts.append(content)

    def seconds_of_text(self, now: float) -> float:
        """Since the first text; a silence until now counts when it is too long to be the next event's."""
        if self.first is None:
            return 0
        is_silent = not self.has_ended and now - self.last > SILENCE_SECONDS
        return (now if is_silent else self.last) - self.first

    def stretch(self, rate: float, now: float) -> float:
        """How many times longer than at the endpoint the text took that has come so far."""
        tokens = "".join(self.texts).count(" ")
        return self.seconds_of_text(now) * rate / max(tokens - 1, 1)


async def run(job: Streams, tell: Tell) -> dict[str, Any]:
    length = job.tokens / job.rate
    begun = time.perf_counter()
    due = [begun + number * length / job.streams for number in range(2 * job.streams)]
    streams: list[Stream] = []
    tasks = [asyncio.create_task(_stream(job, at, streams)) for at in due]
    await asyncio.sleep(begun + length - time.perf_counter())
    tell({"now": "measuring"})
    await asyncio.sleep(begun + 2 * length - time.perf_counter())
    end = time.perf_counter()
    result = summary(streams, job, measured_from=begun + length, end=end)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return result


async def _stream(job: Streams, at: float, streams: list[Stream]) -> None:
    await asyncio.sleep(at - time.perf_counter())
    # Sent when it was due, whatever this process was doing.
    stream = Stream(at)
    streams.append(stream)
    asked = {"model": job.model, "stream": True, "max_tokens": job.tokens}
    body = orjson.dumps({**asked, "messages": [{"role": "user", "content": f"{time.time_ns()}"}]})
    connection = await connect(job.url)
    try:
        status, _ = await connection.post(head(job.url, job.headers), body, stream.hear)
        stream.has_ended = True
        if status != 200:  # noqa: PLR2004 - OK
            stream.failure = f"{job.url} answered {status}"
    except ConnectionFailed as error:
        stream.failure = str(error)
    finally:
        connection.close()


def summary(streams: list[Stream], job: Streams, *, measured_from: float, end: float) -> dict[str, Any]:
    """Of a stream that still has no text the wait until now counts; a stretch needs half of the text."""
    fresh = [stream for stream in streams if stream.begun >= measured_from]
    whole = text(job.tokens)
    alive = [stream for stream in streams if not stream.has_ended or stream.last >= measured_from]
    long = [stream for stream in alive if stream.seconds_of_text(end) > job.tokens / job.rate / 2]
    failures = [stream.failure for stream in streams if stream.failure]
    ended = [stream for stream in streams if stream.has_ended and not stream.failure]
    return {
        "seconds": end - measured_from,
        "ttft_ms": [((stream.first or end) - stream.begun) * 1000 for stream in fresh],
        "stretch": [stream.stretch(job.rate, end) for stream in long],
        "events": [stream.events for stream in ended],
        "running": sum(not stream.has_ended for stream in streams),
        "intact": all("".join(stream.texts) == whole for stream in ended)
        and all(whole.startswith("".join(stream.texts)) for stream in streams),
        "failed": len(failures),
        "failure": failures[0] if failures else "",
    }
