"""The frames of one turn, in their order, kept as long as it runs, so that any number of readers can follow.

Each reader has a place of its own in the list: one that is slow only falls behind, and never holds the others.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator
from operator import itemgetter

from portal.chat.protocol import Delta, Done, Error, Title, Turn

# A title has no number of its own: it stands under that of the frame before it.
Numbered = tuple[int, str]


class Frames:
    def __init__(self) -> None:
        self.entries: list[Numbered] = []
        self.is_complete = False
        self._last = 0
        self._news = asyncio.Event()

    @property
    def next_seq(self) -> int:
        return self._last + 1

    def add(self, frame: Turn | Delta | Done | Error | Title) -> None:
        if not isinstance(frame, Title):
            self._last += 1
        self.entries.append((self._last, frame.model_dump_json()))
        self._wake()

    def complete(self) -> None:
        self.is_complete = True
        self._wake()

    async def follow(self, after: int) -> AsyncIterator[str]:
        """What has a number above `after`, then what comes, to the end."""
        place = bisect_right(self.entries, after, key=itemgetter(0))
        while True:
            while place < len(self.entries):
                yield self.entries[place][1]
                place += 1
            if self.is_complete:
                return
            await self._news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news.clear()
