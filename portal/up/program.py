import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Program:
    """How to start one process. Several programs of a part may write to the same log."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    folder: Path | None = None
    # Sent one after the other, each with time to act on it; SIGKILL follows the last.
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)
