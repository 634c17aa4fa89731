"""How often endpoints are asked."""

import random
from dataclasses import dataclass

JITTER = 0.2


@dataclass(frozen=True)
class Pace:
    """All in seconds. `lock` is also how long it takes until another instance goes on for one that died."""

    up: float = 10
    down: float = 2
    tick: float = 1
    lock: float = 5
    news: float = 15
    discovery: float = 60

    def pause(self, *, well: bool) -> float:
        """Not quite regular, so that many endpoints and instances don't fall into step."""
        return (self.up if well else self.down) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
