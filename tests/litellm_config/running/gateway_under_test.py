"""A gateway of its own, with a stand-in for LiteLLM."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import yaml
from living import is_alive

PROGRAM = Path(__file__).with_name("supervisor_process.py")
SECRET = "correct-horse-battery"


def until(happens, seconds=60):
    """The first answer that is true, asked again and again."""
    deadline = time.monotonic() + seconds
    while not (answer := happens()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return answer


def catalogue_of(*models):
    address = {"api_base": "http://127.0.0.1:1/v1", "api_key": "none"}
    entries = [{"model_name": name, "litellm_params": {"model": f"openai/{name}", **address}} for name in models]
    return yaml.safe_dump({"model_list": entries})


class Gateway:
    """A supervisor with stand-ins for LiteLLM, and the file that it watches."""

    def __init__(self, folder, port, redis_url, **options):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.file = folder / "config.yaml"
        self.notes = folder / "notes"
        self.output = folder / "output"
        if not self.file.exists():
            self.write("one")
        self._arguments = json.dumps(
            {"catalogue_file": str(self.file), "port": port, "redis_url": redis_url, **options}
        )
        self.process: psutil.Popen

    def start(self, **environment):
        more = {"NOTES": str(self.notes), "A_SECRET_KEY": SECRET, **environment}
        with self.output.open("a") as output:
            self.process = psutil.Popen(
                [sys.executable, str(PROGRAM), self._arguments],
                env={**os.environ, **more},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def wait_until_ready(self):
        until(self.is_ready)
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.said
        try:
            return self.ask()
        except httpx.TransportError:
            return None

    def ask(self):
        return httpx.get(self.url, timeout=60).json()

    def has(self, *models):
        return until(lambda: (answer := self.ask())["models"] == list(models) and answer)

    def write(self, *models):
        self.file.write_text(catalogue_of(*models))

    @property
    def said(self):
        return self.output.read_text()

    def end_streams(self):
        """Streams without a number of parts go on until then."""
        self.notes.with_name("streams-end").touch()

    def noted(self, what):
        """The process ids of which that was noted."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [int(line.split()[1]) for line in lines if line.startswith(what)]

    def everyone(self):
        return [self.process, *self.process.children(recursive=True)]

    def kill(self):
        self.process.kill()
        self.process.wait(60)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def are_gone(processes):
    return not list(filter(is_alive, processes))
