"""The folder in which the workers find their catalogue and keep what they count.

It is removed at the end, and by the next gateway after a kill.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "portal-catalogue-"


class OwnFolder:
    """It is locked for as long as its process lives, which tells it from one that was left behind."""

    def __init__(self) -> None:
        _remove_what_was_left()
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

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _remove_what_was_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # It may be somebody else's, or in use.
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)
