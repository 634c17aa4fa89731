"""The largest number for which something still holds, found with few trials."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

GROWTH = 1.6
CLOSE = 1.08


@dataclass
class Search:
    """`best` held, `worst` did not; what lies between them is not known. Both are 0 until there was such a trial."""

    best: int = 0
    worst: int = 0
    trials: int = field(default=0)

    @property
    def is_close(self) -> bool:
        return bool(self.worst) and self.worst <= max(self.best * CLOSE, self.best + 1)

    def next(self, guess: int) -> int:
        if self.best and self.worst:
            # The middle of ratios and not of differences: half as many and twice as many are equally far.
            return min(max(round(math.sqrt(self.best * self.worst)), self.best + 1), self.worst - 1)
        if self.best:
            return max(round(self.best * GROWTH), self.best + 1)
        if self.worst:
            return max(round(self.worst / GROWTH), 1)
        return max(guess, 1)

    def note(self, number: int, *, holds: bool) -> None:
        self.trials += 1
        if holds:
            self.best = max(self.best, number)
        else:
            self.worst = min(self.worst or number, number)


def find_knee(holds: Callable[[int], bool], guess: int, most_trials: int) -> int:
    """0 when not even one holds, or none of the trials did."""
    search = Search()
    while search.trials < most_trials and not search.is_close and search.worst != 1:
        number = search.next(guess)
        search.note(number, holds=holds(number))
    return search.best
