"""A program that tests need and the machine lacks is named; where CI is set, before any worker has started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKERS = ("-n", "2", "--dist", "loadfile")


def run_without_programs(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments, "tests/core/test_crypto.py"]
    known = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    return subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=known | {"PATH": "/nowhere"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("arguments", [WORKERS, ("-n", "0")])
def test_in_ci_it_is_one_line_and_no_worker_starts(arguments):
    done = run_without_programs(*arguments, CI="true")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    (said,) = [line for line in (done.stdout + done.stderr).splitlines() if line]
    assert said.startswith("ERROR: CI is set, so the browser and promtool tests are required")
    assert said.endswith("apt-get install chromium-headless-shell prometheus")


def test_elsewhere_they_are_left_out_and_that_is_said():
    done = run_without_programs(*WORKERS)

    assert done.returncode == 0, done.stdout
    assert "browser tests left out; to run them: apt-get install chromium-headless-shell" in done.stdout
