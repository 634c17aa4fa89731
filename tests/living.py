"""Whether a process that was started is still there."""

import psutil


def is_alive(process: psutil.Process) -> bool:
    """A zombie is not. It may end between two looks."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
