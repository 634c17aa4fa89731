"""What is wrong with the catalogue, said so that an operator finds the place."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple


class Mistake(NamedTuple):
    """`line` counts from 1; it is `None` where no line is to blame, such as for a variable."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.reason}"


def in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """As they stand in the file, each once."""
    return tuple(sorted(dict.fromkeys(mistakes), key=lambda mistake: (mistake.file, mistake.line or 0)))


class CatalogueInvalid(Exception):
    """All mistakes at once; as text a line each. `warnings` are no reason for it."""

    def __init__(self, mistakes: Sequence[Mistake], warnings: Sequence[Mistake] = ()) -> None:
        self.mistakes = in_order(mistakes)
        self.warnings = in_order(warnings)
        super().__init__("\n".join(map(str, self.mistakes)))

    @classmethod
    def at(cls, file: Path, line: int | None, reason: str) -> "CatalogueInvalid":
        return cls([Mistake(str(file), line, reason)])
