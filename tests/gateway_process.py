"""A LiteLLM in a process of its own, as `portal gateway` starts it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from platform_run import Platform
from portal_server import free_port
from redis import Redis
from waiting import wait_until

from litellm_config.publications import CATALOGUE_KEY

START_SECONDS = 600


@contextmanager
def running_gateway(log: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The process and its address, once it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "gateway"],
            env={**os.environ, **environment, "PORTAL_GATEWAY_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_alive(url, process, log)
        yield process, url
    finally:
        process.terminate()
        process.wait(timeout=120)


@contextmanager
def own_catalogue_afterwards(platform: Platform) -> Iterator[None]:
    """For a gateway with another catalogue: the platform publishes its own again when that one has ended."""
    before = published_models(platform)
    try:
        yield
    finally:
        with Redis.from_url(platform.redis_url) as redis:
            redis.delete(CATALOGUE_KEY)
        wait_until(lambda: published_models(platform) == before)


def published_models(platform: Platform) -> set[str]:
    return {model["id"] for model in httpx.get(f"{platform.portal_url}/api/models", timeout=60).json()["models"]}


def wait_until_alive(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"{url}/health/liveliness", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.2)
