"""The load generator, as whoever gives it jobs sees it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from portal.bench.errors import BenchFailed
from portal.bench.load.job import Job
from portal.bench.processes import Process, last_words, python, running

# Each job takes a minute at most.
MOST_SECONDS = 300


class Generator:
    def __init__(self, process: Process, log: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._log = log

    def run(self, job: Job, measuring: Callable[[], None]) -> Mapping[str, Any]:
        """`measuring` is called when what is measured begins."""
        overdue = Timer(MOST_SECONDS, self._process.kill)
        overdue.start()
        try:
            return self._run(job, measuring)
        finally:
            overdue.cancel()

    def _run(self, job: Job, measuring: Callable[[], None]) -> Mapping[str, Any]:
        assert self._process.stdin  # noqa: S101 - it was started with pipes
        self._process.stdin.write(job.model_dump_json().encode() + b"\n")
        self._process.stdin.flush()
        while "result" not in (said := self._hear()):
            if "failed" in said:
                raise BenchFailed(f"The load was not answered as it should be: {said['failed']}")
            measuring()
        return dict(said["result"])

    def _hear(self) -> Mapping[str, Any]:
        assert self._process.stdout  # noqa: S101 - as above
        line = self._process.stdout.readline()
        if not line:
            raise BenchFailed(f"The load generator ended. {last_words(self._log)}")
        return dict(json.loads(line))


@contextmanager
def running_generator(log: Path) -> Iterator[Generator]:
    with running(python("portal.bench.load"), log, speaks=True) as process:
        yield Generator(process, log)
