import time


class Pauses:
    """Growing ones, between tries of what keeps failing."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def begin(self) -> None:
        self._until = time.monotonic() + self._next
        self._next = min(2 * self._next, self._longest)

    def forget(self) -> None:
        self._next = self._first
        self._until = 0.0
