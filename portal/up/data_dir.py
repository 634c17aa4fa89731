"""The folder that holds everything of one installation: lock, secrets, logs, run.json and the parts' own data.

Whoever holds the lock owns the folder, so nothing here guards against a second writer.
"""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.data_folder import LOCK, RUN_FILE
from portal.up.errors import AlreadyRunning, DataDirUnusable

LEAST_FREE_BYTES = 500 * 10**6
# The orphan watch of a run that was killed gives the parts ten seconds.
LEFTOVER_SECONDS = 15.0


@dataclass(frozen=True)
class DataDir:
    path: Path
    # Given to whatever may still end parts after us.
    parts_lock: int

    @property
    def run_file(self) -> Path:
        return self.path / RUN_FILE

    def log(self, part: str) -> Path:
        return self.path / "logs" / f"{part}.log"

    def secret_file(self, name: str) -> Path:
        return self.path / "secrets" / name

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The secret of this name, made at first use and the same ever after."""
        file = self.secret_file(name)
        if not file.exists():
            write_private(file, make())
        return file.read_text().strip()

    def write_run(self, run: dict[str, Any]) -> None:
        write_private(self.run_file, json.dumps(run, indent=2) + "\n")

    def remove_run(self) -> None:
        self.run_file.unlink(missing_ok=True)


@contextmanager
def open_data_dir(path: Path, least_free_bytes: int = LEAST_FREE_BYTES) -> Iterator[DataDir]:
    path = path.absolute()
    with ExitStack() as locks:
        try:
            path.mkdir(parents=True, exist_ok=True)
            locks.callback(os.close, _lock_run(path))
            parts_lock = _lock_parts(path)
            locks.callback(os.close, parts_lock)
            _check_space(path, least_free_bytes)
            for private in ("secrets", "logs"):
                (path / private).mkdir(exist_ok=True)
                (path / private).chmod(0o700)
            _rotate_logs(path / "logs")
        except OSError as error:
            raise DataDirUnusable(f"The data folder {path} cannot be written: {_reason(error)}.") from error
        data = DataDir(path, parts_lock)
        # One that is still there was left by a run that was killed.
        data.remove_run()
        yield data


def write_private(file: Path, text: str) -> None:
    """Replace the file as a whole, readable by its owner alone from the first byte on."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)


def _lock_run(path: Path) -> int:
    """Held by us alone: it is free as soon as we have ended, however that was."""
    lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if not _is_locked(lock):
        holder = os.pread(lock, 20, 0).decode()
        os.close(lock)
        raise AlreadyRunning(
            f"`portal up` is already running on {path} (process {holder}): "
            "stop that one, or choose another folder with --data-dir."
        )
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _lock_parts(path: Path) -> int:
    """Shared with the orphan watch: after a run that was killed, free only when its parts have ended too."""
    lock = os.open(path / "lock.parts", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while not _is_locked(lock):
        if time.monotonic() > deadline:
            os.close(lock)
            raise AlreadyRunning(f"The parts of an earlier `portal up` on {path} are still running: end them first.")
        time.sleep(0.1)
    return lock


def _is_locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check_space(path: Path, least_free_bytes: int) -> None:
    free = shutil.disk_usage(path).free
    if free < least_free_bytes:
        raise DataDirUnusable(
            f"The disk of the data folder {path} is nearly full: {free // 10**6} MB are free, "
            f"{least_free_bytes // 10**6} MB are needed."
        )


def _rotate_logs(folder: Path) -> None:
    """Each part's log is of this run, and the one before it is kept."""
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.previous"))


def _reason(error: OSError) -> str:
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "a file stands where a folder is needed"
    return (error.strerror or str(error)).lower()
