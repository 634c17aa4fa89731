"""`make` on a machine that lacks something: one sentence says what to do, and the next try begins again."""

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from dockerfile import ROOT
from portal_server import free_port

FILES = ("Makefile", "deployment/install.py", "pyproject.toml", "requirements.lock", "requirements-uv.lock")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in (*FILES, "portal/vendor/package-lock.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def installer(tmp_path: Path):
    spec = spec_from_file_location("install", ROOT / "deployment" / "install.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.VENV = tmp_path / ".venv"
    module.PYTHON = module.VENV / "bin" / "python"
    module.UNFINISHED = module.VENV / "unfinished"
    return module


def make(checkout: Path, *arguments: str, **environment: str) -> str:
    command = ["make", "--no-print-directory", "install", f"PYTHON={sys.executable}", *arguments]
    # A `make` that runs the tests tells its own children how to print.
    own = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}}
    done = subprocess.run(
        command, cwd=checkout, env={**own, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    *_, reason, error_of_make = done.stderr.strip().splitlines()
    assert error_of_make.startswith("make: ***")
    return reason


@pytest.mark.req("A10")
def test_a_python_that_is_not_there(checkout: Path) -> None:
    assert make(checkout, "PYTHON=python9") == (
        "Not installed: there is no python9; install Python 3.11 to 3.14, or choose one: make PYTHON=python3.13"
    )


@pytest.mark.req("A10")
@pytest.mark.parametrize("version", ["(2, 7, 18)", "(3, 10, 9)", "(3, 15, 0)"])
def test_a_python_that_is_too_old_or_too_new(checkout: Path, version: str) -> None:
    # Stands in for another Python: it is this one and claims another version.
    (checkout / "sitecustomize.py").write_text(f"import sys; sys.version_info = {version}")

    reason = make(checkout, PYTHONPATH=str(checkout))

    assert reason.startswith("Not installed: Python 3.11 to 3.14 is needed and ")
    assert reason.endswith(" is {}.{}; choose another: make PYTHON=python3.13".format(*eval(version)))


@pytest.mark.req("A10")
def test_a_python_without_venv(checkout: Path) -> None:
    (checkout / "ensurepip.py").write_text("raise ImportError")

    reason = make(checkout, PYTHONPATH=str(checkout))

    assert reason == (
        "Not installed: Python's venv module is missing: install it (Debian and Ubuntu: apt-get install "
        f"python3.{sys.version_info.minor}-venv), then run the command again."
    )


@pytest.mark.req("A10")
def test_no_network(checkout: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/simple"

    reason = make(checkout, PIP_INDEX_URL=nobody, PIP_EXTRA_INDEX_URL="", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="")

    assert reason.startswith("Not installed: the package index can't be reached: check the network")


@pytest.mark.req("A10")
@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("failed to copy file from a to b: No space left on device (os error 28)", "the disk is full: free 2.5 GB"),
        ("OSError: [Errno 28] No space left on device", "the disk is full: free 2.5 GB"),
        ('Read-only file system (os error 30) at path "/cache/.tmp"', "a folder can't be written to"),
        ("PermissionError: [Errno 13] Permission denied: '/src/.venv'", "a folder can't be written to"),
        ("error: Failed to fetch: http://127.0.0.1:9/simple/rich/", "the package index can't be reached"),
        ("Hash mismatch for `six==1.17.0`", "a downloaded file isn't the one that the lock file names"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "a downloaded file isn't the one that the lock file names",
        ),
    ],
)
def test_what_uv_and_pip_print_becomes_advice(installer, output: str, advice: str) -> None:
    assert installer.reason_of(f"Downloading\n{output}\n").startswith(advice)


@pytest.mark.req("A10")
def test_an_interrupted_installation_is_not_taken_for_a_whole_one(installer) -> None:
    installer.make_environment()
    made = installer.PYTHON.lstat().st_mtime_ns

    installer.make_environment()
    assert installer.PYTHON.lstat().st_mtime_ns == made

    installer.UNFINISHED.touch()
    installer.make_environment()
    assert installer.PYTHON.lstat().st_mtime_ns != made
    assert not installer.UNFINISHED.exists()


@pytest.mark.req("A10")
def test_an_environment_that_cannot_run_is_made_anew(installer) -> None:
    installer.VENV.mkdir()

    installer.make_environment()

    subprocess.run([installer.PYTHON, "--version"], check=True)
