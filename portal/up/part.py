from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from portal.up.processes import Processes
from portal.up.program import Program


@dataclass(frozen=True, kw_only=True)
class Part:
    """A program that `portal up` starts after others, and keeps running unless it is one that ends by itself."""

    program: Program
    after: tuple[str, ...] = ()
    port: int | None = None
    # Asked again and again until it says yes. A part without it runs once, to its end.
    is_ready: Callable[[], Awaitable[bool]] | None = None
    # For so many seconds it may say no once it was ready; then the part is ended and started again.
    patience: float | None = None
    # Before every start: make what the program needs, clear away what a killed one left.
    prepare: Callable[[Processes], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        return self.program.name
