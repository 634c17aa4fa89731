"""`portal up` as a child process on a data folder of its own, and the seconds until it is of use."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

START_SECONDS = 300
STOP_SECONDS = 30
BETWEEN_LOOKS = 0.02
MODEL = "sample-chat"
# So that the limits of a key do not become what is measured.
ENVIRONMENT = {
    "PORTAL_PERMISSIONLESS_REQUESTS_PER_MINUTE": "1000000",
    "PORTAL_PERMISSIONLESS_TOKENS_PER_MINUTE": "1000000000",
    "LITELLM_MAX_PARALLEL_REQUESTS": "1000",
}


class BenchFailed(Exception):
    """The platform did not do what was to be measured; says what, and where its logs are."""


@dataclass(frozen=True)
class Started:
    """Seconds from the start of the command to the first page, and to the first completed chat."""

    page_seconds: float
    chat_seconds: float
    key: str
    portal_url: str
    addresses: dict[str, Any]
    process: psutil.Process


@contextmanager
def started_platform(data_dir: Path, key: str | None = None) -> Iterator[Started]:
    """With a `key` of an earlier start none is claimed."""
    port = _free_port()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "portal.cli", "up", "--data-dir", str(data_dir), "--port", str(port)]
    begun = time.perf_counter()
    with (data_dir.parent / "up.log").open("a") as log:
        process = subprocess.Popen(command, env={**os.environ, **ENVIRONMENT}, stdout=log, stderr=log)
    watch = _Watch(process, data_dir)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:
            watch.until(lambda: _is_there(http))
            page_seconds = time.perf_counter() - begun
            watch.until(lambda: http.get("/api/status").json()["gateway"] == "ready")
            key = key or _claim(http)
            watch.until(lambda: _chats(http, key))
            chat_seconds = time.perf_counter() - begun
        watch.until((data_dir / "run.json").exists)
        addresses = json.loads((data_dir / "run.json").read_text())
        portal_url = addresses["portal_url"]
        yield Started(page_seconds, chat_seconds, key, portal_url, addresses, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_SECONDS)


class _Watch:
    def __init__(self, process: subprocess.Popen[bytes], data_dir: Path) -> None:
        self._process = process
        self._logs = data_dir / "logs"
        self._deadline = time.monotonic() + START_SECONDS

    def until(self, happens: Callable[[], bool]) -> None:
        while not happens():
            if self._process.poll() is not None:
                raise BenchFailed(f"portal up ended with exit code {self._process.returncode}; see {self._logs}")
            if time.monotonic() > self._deadline:
                raise BenchFailed(f"The platform was not ready within {START_SECONDS} seconds; see {self._logs}")
            time.sleep(BETWEEN_LOOKS)


def _is_there(http: httpx.Client) -> bool:
    try:
        return http.get("/").is_success
    except httpx.ConnectError:
        return False


def _claim(http: httpx.Client) -> str:
    answer = http.post("/api/keys/claim", json={"accept_terms": True})
    if not answer.is_success:
        raise BenchFailed(f"No key was issued: {answer.text}")
    return str(answer.json()["key"])


def _chats(http: httpx.Client, key: str) -> bool:
    return http.post("/api/v1/chat/completions", json=question("Hello"), headers=bearer(key)).is_success


def question(text: str, **more: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **more}


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
