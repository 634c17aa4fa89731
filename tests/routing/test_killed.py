"""An endpoint is killed while people use it, and started again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from waiting import wait_until

MODEL = "routing-killed"
PAUSE = 0.15


@contextmanager
def running_endpoint(port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        command = [sys.executable, "-m", "portal.cli", "sample-endpoint", "--port", str(port)]
        process = subprocess.Popen(command, stdout=output)
        try:
            wait_until(lambda: answers(port))
            yield process
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).status_code == 200
    except httpx.TransportError:
        return False


def answered(log: Path) -> int:
    return log.read_text().count("chat/completions")


@pytest.mark.req("G3", "A3")
def test_nobody_notices_that_an_endpoint_is_killed_and_comes_back(endpoint_ports, client, tmp_path: Path):
    """A stream that had begun when its endpoint was killed ends in an error event; there is at most one here."""
    first_port, second_port = endpoint_ports[MODEL]
    logs = [tmp_path / name for name in ("first", "second", "first-again")]
    results, is_over = [], threading.Event()

    def use() -> None:
        while not is_over.is_set():
            results.append((client.ask(MODEL), client.ask(MODEL, stream=True)))
            time.sleep(PAUSE)

    with running_endpoint(second_port, logs[1]):
        using = threading.Thread(target=use)
        try:
            with running_endpoint(first_port, logs[0]) as first:
                using.start()
                wait_until(lambda: answered(logs[0]) >= 6)
                os.kill(first.pid, signal.SIGKILL)
                wait_until(lambda: answered(logs[1]) >= 6)
            with running_endpoint(first_port, logs[2]):
                wait_until(lambda: answered(logs[2]) >= 4)
                is_over.set()
                using.join()
        finally:
            is_over.set()

    assert [whole for whole, _ in results if whole.status != 200] == []
    streams = [stream for _, stream in results if stream.error]
    assert [stream.error for stream in streams] in ([], ["stream_interrupted"])
