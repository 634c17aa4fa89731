"""`portal bench` as a command: what it refuses, and what is left when it is ended in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

SECONDS = 300


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "portal.cli", "bench", *arguments]
    env = {**os.environ, **environment}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_an_unknown_scenario_is_named_with_those_that_exist():
    process = start("--scenario", "plian")
    output, said = process.communicate(timeout=SECONDS)

    assert (process.returncode, output) == (1, "")
    assert "No such scenario: plian. There are start, memory, plain, cache, issue, chat, streams." in said


def test_ctrl_c_leaves_no_process_and_no_file(tmp_path: Path):
    process = start(
        "--without-stock", "--scenario", "plain", "--data-dir", str(tmp_path / "kept"), TMPDIR=str(tmp_path)
    )
    assert process.stderr
    while "starting the platform" not in process.stderr.readline():
        assert process.poll() is None
    started = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=SECONDS)

    assert process.returncode != 0
    assert output == ""
    assert started
    assert not [one for one in started if one.is_running()]
    assert not list(tmp_path.iterdir())
