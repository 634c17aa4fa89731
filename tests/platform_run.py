"""`portal up` as a child process, the way a person starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from routing_catalogue import write_catalogue

START_SECONDS = 600
STOP_SECONDS = 120
TRUSTED = '["127.0.0.1/32"]'


@dataclass(frozen=True)
class Platform:
    data_dir: Path
    portal_url: str
    gateway_url: str
    sample_endpoint_url: str
    database_url: str
    redis_url: str
    admin_key: str
    # Of the endpoints of the models that are made for tests; nothing listens there unless a test starts it.
    endpoint_ports: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Path:
        """A copy of ours, for tests that edit it and put it back."""
        return catalogue_of(self.data_dir)

    @property
    def pids(self) -> dict[str, int]:
        """As they are now; a restarted part has a new one."""
        return json.loads((self.data_dir / "run.json").read_text())["pids"]


def catalogue_of(data_dir: Path) -> Path:
    return data_dir.with_name("config.yaml")


def start_up(data_dir: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "portal.cli", "up", "--data-dir", str(data_dir), *arguments]
    env = {**os.environ, "PORTAL_TRUSTED_PROXIES": TRUSTED, **environment}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_until_ready(process: subprocess.Popen[str], data_dir: Path) -> Platform:
    run_file = data_dir / "run.json"
    deadline = time.monotonic() + START_SECONDS
    while not run_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"portal up did not become ready:\n{process.communicate()[0]}")
        time.sleep(0.1)
    run = json.loads(run_file.read_text())
    return Platform(
        data_dir=data_dir,
        portal_url=run["portal_url"],
        gateway_url=run["gateway_url"],
        sample_endpoint_url=run["sample_endpoint_url"],
        database_url=run["database_url"],
        redis_url=run["redis_url"],
        admin_key=admin_key(run["admin_key_file"]),
    )


def admin_key(file: str | None) -> str:
    """No file where the environment gives the key, as it does for tests against a LiteLLM that runs already."""
    return Path(file).read_text().strip() if file else os.environ["LITELLM_ADMIN_KEY"]


@contextmanager
def running_platform(data_dir: Path, **environment: str) -> Iterator[Platform]:
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    catalogue = catalogue_of(data_dir)
    ports = write_catalogue(catalogue)
    process = start_up(data_dir, "--port", "0", PORTAL_GATEWAY_CONFIG=str(catalogue), **environment)
    try:
        yield replace(wait_until_ready(process, data_dir), endpoint_ports=ports)
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == 0, output
