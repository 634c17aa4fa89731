"""The folder in which the workers find their catalogue and keep what they count.

It is removed at the end, and by the next gateway after a kill.
"""

import fcntl
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "portal-catalogue-"
# https://prometheus.github.io/client_python/multiprocess/
FIGURES = "PROMETHEUS_MULTIPROC_DIR"
END_SECONDS = 5


class OwnFolder:
    """It is locked for as long as its process lives, which tells it from one that was left behind."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = os.open(self.path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            # Another gateway that starts may have taken it for one that was left.
            if self.path.exists():
                self.figures.mkdir()
                return
            os.close(self._lock)

    @property
    def figures(self) -> Path:
        return self.path / "figures"

    @property
    def environment(self) -> dict[str, str]:
        """By which the processes that work for this gateway are known, also when it was killed."""
        return {FIGURES: str(self.figures)}

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def end_leftovers() -> None:
    """Of gateways that were killed: their folders, and workers that hang and could not notice it."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # It may be somebody else's, or in use.
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _end_processes(folder)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def _end_processes(folder: Path) -> None:
    import psutil  # noqa: PLC0415 - slow to load, and not needed where nothing was left

    ended = []
    for process in psutil.process_iter():
        # Others' can't be looked into, and some end meanwhile.
        with suppress(psutil.Error):
            if process.environ().get(FIGURES, "").startswith(f"{folder}{os.sep}"):
                process.send_signal(signal.SIGKILL)
                ended.append(process)
    psutil.wait_procs(ended, timeout=END_SECONDS)
