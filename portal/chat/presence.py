"""Who has how many sockets open on this instance."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from portal.chat.meters import ChatMeters


class Presence:
    def __init__(self, meters: ChatMeters) -> None:
        self._meters = meters
        self._sockets: Counter[UUID] = Counter()

    @contextmanager
    def of(self, person_id: UUID, most: int) -> Iterator[bool]:
        """Whether there is room for one more; it is counted as long as the block lasts."""
        self._sockets[person_id] += 1
        self._meters.sockets.inc()
        try:
            yield self._sockets[person_id] <= most
        finally:
            self._meters.sockets.dec()
            self._sockets[person_id] -= 1
            if not self._sockets[person_id]:
                del self._sockets[person_id]
