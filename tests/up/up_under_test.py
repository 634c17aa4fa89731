"""A `portal up` of its own, with stand-ins for the parts that are not embedded."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

UP_PROCESS = Path(__file__).with_name("up_process.py")


class Up:
    """A running `portal up`, and what it wrote to its terminal."""

    def __init__(self, data_dir, output_folder, port=0, **rest):
        self.data_dir = data_dir
        self.output = output_folder / f"{time.monotonic_ns()}.output"
        with self.output.open("w") as output:
            self.process = psutil.Popen(
                [sys.executable, str(UP_PROCESS), str(data_dir), str(port), json.dumps(rest)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self):
        return self.output.read_text()

    @property
    def run(self):
        return json.loads((self.data_dir / "run.json").read_text())

    def wait_until_said(self, text, count=1, seconds=60):
        deadline = time.monotonic() + seconds
        while self.said.count(text) < count:
            assert self.process.poll() is None, f"ended without saying {text!r}:\n{self.said}"
            assert time.monotonic() < deadline, f"did not say {text!r}:\n{self.said}"
            time.sleep(0.05)
        return self

    def wait_until_ready(self):
        return self.wait_until_said("everything is ready")

    def everyone(self):
        return [self.process, *self.process.children(recursive=True)]

    def ends(self, seconds=60):
        return self.process.wait(seconds)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.ends()
