"""How long a stream gathers before it hands on: as long as keeps the share of the processor bearable."""

from typing import Self

# What an event costs in LiteLLM, or in the gateway, the door and the chat together; and the share of a core for it.
SECONDS_PER_EVENT = 0.0008
SHARE_OF_CORE = 0.25
# A person does not see smaller steps as separate ones, and a larger one would look like a stutter.
LONGEST_SECONDS = 0.25


class Window:
    """Shared by all streams of a process."""

    def __init__(self) -> None:
        self._running = 0

    def __enter__(self) -> Self:
        self._running += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._running -= 1

    @property
    def seconds(self) -> float:
        return min(self._running * SECONDS_PER_EVENT / SHARE_OF_CORE, LONGEST_SECONDS)
