"""What is wrong with the catalogue, said so that an operator finds the place."""

from collections.abc import Sequence
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


class CatalogueInvalid(Exception):
    """All mistakes at once; as text a line each."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)

    @classmethod
    def at(cls, file: Path, line: int | None, reason: str) -> "CatalogueInvalid":
        return cls([Mistake(str(file), line, reason)])
