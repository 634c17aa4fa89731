"""Programs that the benchmark starts: each ends with it, however that is, and with all of its own children."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.bench.errors import BenchFailed

HOST = "127.0.0.1"
STOP_SECONDS = 40
BETWEEN_LOOKS = 0.02
LAST_LINES = 8
PR_SET_PDEATHSIG = 1
ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
Process = subprocess.Popen[bytes]


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, *, speaks: bool = False
) -> Iterator[Process]:
    """In a group of its own, so that Ctrl-C is for us alone. One that `speaks` has pipes for input and output."""
    pipe = subprocess.PIPE if speaks else None
    # A signal in the middle of a start would leave a process that nobody knows of; it is heard right afterwards.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        with log.open("a") as output:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=pipe or subprocess.DEVNULL,
                stdout=pipe or output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_us,  # noqa: PLW1509 - there is one thread
            )
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            yield process
        finally:
            _stop(process)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def wait_until(happens: Callable[[], object], process: Process, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        if process.poll() is not None:
            raise BenchFailed(f"{_name(process)} ended with exit code {process.returncode}. {last_words(log)}")
        if time.monotonic() > deadline:
            raise BenchFailed(f"{_name(process)} was not ready within {seconds:.0f} seconds. {last_words(log)}")
        time.sleep(BETWEEN_LOOKS)


def last_words(log: Path) -> str:
    """The end of a log, as its folder is removed with everything else."""
    lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join(["It said last:", *lines]) if lines else "It said nothing."


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def _stop(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    # What is left of its group, too: LiteLLM's own command leaves its query engine behind.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def _end_with_us() -> None:
    """Also where we are killed: https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html"""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


def _name(process: Process) -> str:
    return " ".join(str(part) for part in process.args[:4]) if isinstance(process.args, list) else str(process.args)
