import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from living import is_alive
from up_under_test import Up


@pytest.fixture
def up(tmp_path_factory):
    """Starts `portal up` any number of times; none is left running after the test."""
    started = []
    outputs = tmp_path_factory.mktemp("output")

    def start(data_dir, port=0, **rest):
        started.append(Up(data_dir, outputs, port, **rest))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            everyone = each.everyone()
            each.process.terminate()
            _, alive = psutil.wait_procs(everyone, timeout=120)
            assert not alive, f"still running: {alive}\n{each.said}"


@pytest.fixture(scope="session")
def stopped_data_dir(tmp_path_factory):
    """A data folder as a first run leaves it."""
    folder = tmp_path_factory.mktemp("first")
    data_dir = folder / "data"
    first = Up(data_dir, folder).wait_until_ready()
    assert first.stop() == 0, first.said
    return data_dir


@pytest.fixture
def data_dir(stopped_data_dir, tmp_path):
    """A copy, so that not every test makes a new database. Copied as root, Postgres' files get another owner."""
    return Path(shutil.copytree(stopped_data_dir, tmp_path / "data"))


@pytest.fixture
def all_end():
    """Fails unless all of the processes end within a time that a person waits."""

    def check(processes, seconds=60):
        deadline = time.monotonic() + seconds
        while alive := [process for process in processes if is_alive(process)]:
            assert time.monotonic() < deadline, f"still running: {alive}"
            time.sleep(0.05)

    return check


@pytest.fixture
def kill():
    def now(pid):
        os.kill(pid, signal.SIGKILL)

    return now
