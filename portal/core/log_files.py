"""Logs in files, beside those on standard output, for where nothing collects the latter."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

LARGEST_BYTES = 10_000_000
OLD_FILES = 5


class CopiedOutput:
    """A stream that writes into a file what it passes on. A full disk loses lines of the file and nothing else."""

    def __init__(self, stream: TextIO, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = stream
        self._file = _LinesOfFile(file, maxBytes=LARGEST_BYTES, backupCount=OLD_FILES, encoding="utf-8")
        self._file.terminator = ""

    def write(self, text: str) -> None:
        self._stream.write(text)
        self._file.handle(logging.makeLogRecord({"msg": text}))

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        self._file.close()


class _LinesOfFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass
