"""What a scenario found: figures by name, in rows; the same for the table and for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Figures = Mapping[str, float | None]


@dataclass(frozen=True)
class Line:
    """Of a table."""

    figure: str
    text: str
    digits: int = 1


@dataclass(frozen=True)
class Report:
    """`figures` by the name of what was measured: medians of the rounds."""

    title: str
    lines: Sequence[Line]
    figures: Mapping[str, Figures]
    notes: Sequence[str] = field(default=())

    def figure(self, row: str, figure: str) -> float | None:
        return self.figures.get(row, {}).get(figure)


def medians(rounds: Sequence[Mapping[str, Figures]]) -> dict[str, Figures]:
    """Per row and figure; what a round did not measure does not count."""
    rows = dict.fromkeys(row for one in rounds for row in one)
    return {row: _middle([one[row] for one in rounds if row in one]) for row in rows}


def _middle(rounds: Sequence[Figures]) -> Figures:
    names = dict.fromkeys(name for one in rounds for name in one)
    found = {name: [value for one in rounds if (value := one.get(name)) is not None] for name in names}
    return {name: median(values) if values else None for name, values in found.items()}


def p95(values: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return sorted(values)[int(0.95 * (len(values) - 1) + 0.5)]


def ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None
