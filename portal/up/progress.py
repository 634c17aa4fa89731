"""What a person sees of the parts: one line per event."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

State = Literal["waiting", "starting", "ready", "restarting", "stopping", "stopped"]


class Progress:
    """Falls silent once nobody reads any more: a closed terminal must not keep the parts from being ended."""

    def changed(self, part: str, state: State, note: str = "") -> None:
        self.say(f"{part}: {state} {note}".rstrip())

    def say(self, text: str) -> None:
        try:
            print(text, flush=True)  # noqa: T201 - the terminal is what this is for
        except OSError:
            self._fall_silent()

    def address(self, url: str, note: str) -> None:
        self.say(f"\n  {url} — {note}\n")

    def settle(self) -> None:
        """The start is over; what follows are single events."""

    @asynccontextmanager
    async def moving(self) -> AsyncIterator[None]:
        yield

    def _fall_silent(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
