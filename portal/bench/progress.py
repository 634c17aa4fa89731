"""What runs now, for whoever waits; on standard error, so that standard output is the result alone."""

import sys
import time


class Progress:
    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, what: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        sys.stderr.write(f"{minutes:2}:{seconds:02}  {what}\n")
        sys.stderr.flush()
