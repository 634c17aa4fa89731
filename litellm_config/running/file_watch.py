"""Notices that a file has changed, however it was written."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path


class FileWatch:
    """Looks at the content: editors rename, Kubernetes swaps a link, and a time stamp may stay the same."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path = path
        self._seconds = seconds
        self._judged = self._look()

    async def watch(self, changed: Callable[[], None]) -> None:
        """Until it is cancelled. What is still being written is left alone until two looks see the same."""
        seen = self._judged
        while True:
            await asyncio.sleep(self._seconds)
            now = self._look()
            if now == seen and now != self._judged:
                self._judged = now
                changed()
            seen = now

    def _look(self) -> str | None:
        try:
            return hashlib.sha256(self._path.read_bytes()).hexdigest()
        except OSError:
            return None
