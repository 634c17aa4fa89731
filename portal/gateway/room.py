"""How many bytes of bodies one process may hold at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.gateway import errors


class Room:
    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    @contextmanager
    def held(self) -> Iterator["Held"]:
        """Until its request is over: the body is needed as long."""
        held = Held(self)
        try:
            yield held
        finally:
            self.give_back(held.size)

    def check(self, size: int) -> None:
        if size > self._left:
            raise errors.no_room()

    def take(self, size: int) -> None:
        self.check(size)
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size


class Held:
    """By one request. What is only announced takes nothing from anybody."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.size = 0

    def expect(self, size: int) -> None:
        self._room.check(size)

    def hold(self, size: int) -> None:
        """So much in all. Raises the refusal."""
        self._room.take(size - self.size)
        self.size = size
