"""Install what the lock files name into `.venv`, for the Makefile: `python3 deployment/install.py runtime|dev|uv`.

Nothing is resolved: a lock file is complete, and uv installs exactly what it lists. Where there is no uv for a machine,
pip does the same. This file runs before anything is installed, so it uses the standard library alone.
"""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
# There while packages are being written, so an interrupted installation is not taken for a whole one.
UNFINISHED = VENV / "unfinished"
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
UV_LOCK = "requirements-uv.lock"
# What the packages, the Node programs and uv's cache take on an empty disk, in bytes.
SPACE = 2_500_000_000

NO_SPACE = "the disk is full: free {gigabytes:.1f} GB on the disk that holds {folder}, then run the command again."
# What a failed command printed, and what its reader is to do.
REASONS = (
    ("No space left|os error 28|Errno 28", NO_SPACE),
    (
        "Read-only file system|Permission denied|os error 13|os error 30|Errno 13|Errno 30",
        (
            "a folder can't be written to (see above): make it writable or work on a copy elsewhere. "
            "UV_CACHE_DIR moves uv's cache."
        ),
    ),
    (
        "(?i)hash mismatch|do not match the hashes",
        (
            "a downloaded file isn't the one that the lock file names: try again, and if it stays so, don't install it "
            "and tell the maintainers."
        ),
    ),
    (
        (
            "(?i)dns error|failed to fetch|error sending request|connection (error|refused|reset|broken)|timed out|"
            "NewConnectionError|MaxRetryError|name resolution|request failed|client error|certificate"
        ),
        (
            "the package index can't be reached: check the network and run the command again. Behind a mirror, set "
            "UV_DEFAULT_INDEX and PIP_INDEX_URL to its address."
        ),
    ),
)


class InstallFailed(Exception):
    """Holds one sentence that says what to do."""


def main(what: str) -> None:
    check_venv()
    check_disk()
    make_environment()
    has_uv = install_uv()
    if what == "uv":
        return
    UNFINISHED.touch()
    step(f"Installing the packages of {LOCKS[what]}")
    for command in uv_commands(LOCKS[what]) if has_uv else pip_commands(LOCKS[what]):
        run(command)
    step("Installing the scripts of the pages")
    run([str(VENV / "bin" / "portal"), "assets"])
    UNFINISHED.unlink()
    # `dev` holds all of `runtime`, and `runtime` removes what is only in `dev`.
    if (VENV / "dev").exists():
        (VENV / "dev").unlink()
    for stamp in ("runtime", "dev") if what == "dev" else ("runtime",):
        (VENV / stamp).touch()


def check_venv() -> None:
    if bundled_pip() is None:
        raise InstallFailed(
            "Python's venv module is missing: install it (Debian and Ubuntu: apt-get install "
            f"python3.{sys.version_info.minor}-venv), then run the command again."
        )
    if not os.access(ROOT, os.W_OK):
        raise InstallFailed(f"{ROOT} can't be written to: make it writable or work on a copy elsewhere.")


def check_disk() -> None:
    free = shutil.disk_usage(ROOT).free
    if not (VENV / "runtime").exists() and free < SPACE:
        raise InstallFailed(NO_SPACE.format(gigabytes=(SPACE - free) / 1e9, folder=ROOT))


def make_environment() -> None:
    """Make `.venv`, anew where it is unfinished, of another Python or can't run."""
    if VENV.exists() and (UNFINISHED.exists() or not runs_this_python()):
        shutil.rmtree(VENV)
    if not VENV.exists():
        step(f"Making .venv with Python {platform.python_version()}")
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])


def runs_this_python() -> bool:
    command = [str(PYTHON), "-c", "import sys; print(sys.version)"]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        return subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().strip() == sys.version
    return False


def install_uv() -> bool:
    """Return whether there is a uv for this machine."""
    step("Installing uv")
    command = [*pip_install(), "--quiet", "--only-binary", ":all:", "--require-hashes", "--requirement", UV_LOCK]
    done = captured(command)
    if done.returncode == 0:
        return True
    reason = reason_of(done.stdout)
    if reason is None and "No matching distribution" in done.stdout:
        step("There is no uv for this machine; pip installs the packages, which takes longer")
        return False
    raise failure(command, done.stdout, reason)


def uv_commands(lock: str) -> list[list[str]]:
    python = ["--python", str(PYTHON)]
    return [
        [str(UV), "pip", "sync", *python, "--require-hashes", "--no-build", lock],
        [str(UV), "pip", "install", *python, "--quiet", "--no-deps", "--no-build-isolation", "--editable", "."],
    ]


def pip_commands(lock: str) -> list[list[str]]:
    return [
        [*pip_install(), "--no-compile", "--require-hashes", "--requirement", lock],
        [*pip_install(), "--quiet", "--no-build-isolation", "--editable", "."],
    ]


def pip_install() -> list[str]:
    settings = ["--disable-pip-version-check", "--retries", "2", "--no-deps"]
    return [str(PYTHON), f"{bundled_pip()}/pip", "install", *settings]


def bundled_pip() -> Path | None:
    """The wheel that Python's `venv` installs pip from; it runs as it is, which saves installing it."""
    try:
        import ensurepip  # noqa: PLC0415 - Debian packs it apart from Python
    except ImportError:
        return None
    # Debian, Fedora and others keep it elsewhere.
    folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).parent / "_bundled"
    return next(Path(folder).glob("pip-*.whl"), None)


def run(command: list[str]) -> None:
    """Run with its progress on the terminal; what fails is tried once more, which also tells the reason."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode == 0:
        return
    again = captured(command)
    if again.returncode:
        raise failure(command, again.stdout, reason_of(again.stdout))


def captured(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def failure(command: list[str], output: str, reason: str | None) -> InstallFailed:
    sys.stderr.write(output)
    return InstallFailed(reason or f"{' '.join(command[:3])} failed, for the reason above.")


def reason_of(output: str) -> str | None:
    found = next((advice for pattern, advice in REASONS if re.search(pattern, output)), None)
    return found and found.format(gigabytes=SPACE / 1e9, folder=ROOT)


def step(text: str) -> None:
    sys.stderr.write(f"{text}…\n")
    sys.stderr.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except InstallFailed as error:
        sys.exit(f"Not installed: {error}")
    except OSError as error:
        sys.exit(f"Not installed: {reason_of(str(error)) or error}")
    except KeyboardInterrupt:
        sys.exit("\nNot installed: interrupted. The same command begins again.")
