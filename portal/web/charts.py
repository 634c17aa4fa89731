"""The geometry of a bar chart with one bar per day; `_macros/bar_chart.html` draws it.

Across it is measured in per cent and upwards in pixels, so that a chart is as wide as its place and its lines stay
sharp, without a script.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 200
INTERVALS = 4
GAP = 0.22
MAX_LABELS = 6
NICE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True)
class Series:
    """A part of each bar; `shade` is the number of its colour."""

    name: str
    shade: int = 1


@dataclass(frozen=True)
class Segment:
    shade: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """`text` says in words what the bar shows."""

    day: date
    text: str
    segments: Sequence[Segment]
    left: str
    width: str
    slot_left: str
    slot_width: str


@dataclass(frozen=True)
class BarChart:
    """`ticks` from the top down to zero."""

    title: str
    summary: str
    series: Sequence[Series]
    bars: Sequence[Bar]
    ticks: Sequence[str]
    labels: Sequence[date]
    height: int = HEIGHT

    @property
    def lines(self) -> Sequence[float]:
        return [self.height * line / INTERVALS for line in range(INTERVALS + 1)]


def bar_chart(
    title: str,
    days: Sequence[tuple[date, Sequence[float]]],
    series: Sequence[Series],
    *,
    summary: str,
    tick: Callable[[float], str],
    text: Callable[[date], str],
    whole: bool = True,
) -> BarChart:
    """`days` carries a number for each series; `whole` when there are no halves of what is counted."""
    top = nice_top(max((sum(values) for _, values in days), default=0), whole=whole)
    slot = 100 / max(len(days), 1)
    bars = [
        Bar(
            day=day,
            text=text(day),
            segments=_stack(values, series, top),
            left=f"{(index + GAP / 2) * slot:.3f}%",
            width=f"{slot * (1 - GAP):.3f}%",
            slot_left=f"{index * slot:.3f}%",
            slot_width=f"{slot:.3f}%",
        )
        for index, (day, values) in enumerate(days)
    ]
    ticks = [tick(top * line / INTERVALS) for line in range(INTERVALS, -1, -1)]
    return BarChart(title, summary, series, bars, ticks, _labels([day for day, _ in days]))


def nice_top(highest: float, *, whole: bool = True) -> float:
    """The least round number that holds `highest` and divides into round intervals."""
    if highest <= 0:
        return INTERVALS if whole else 1
    step = highest / INTERVALS
    if whole and step <= 1:
        return INTERVALS
    size = 10.0 ** math.floor(math.log10(step))
    nice = [one * size for one in NICE_STEPS if not whole or (one * size).is_integer()]
    return INTERVALS * next(one for one in nice if one >= step * (1 - 1e-9))


def _stack(values: Sequence[float], series: Sequence[Series], top: float) -> list[Segment]:
    """From the ground up; what is there at all gets a pixel."""
    segments: list[Segment] = []
    y = float(HEIGHT)
    for value, one in zip(values, series, strict=True):
        if value > 0:
            height = max(1.0, HEIGHT * value / top)
            y -= height
            segments.append(Segment(one.shade, round(y, 2), round(height, 2)))
    return segments


def _labels(days: Sequence[date]) -> list[date]:
    """As many as fit on a phone, evenly from the first day to the last."""
    many = min(len(days), MAX_LABELS)
    return [days[round(index * (len(days) - 1) / max(many - 1, 1))] for index in range(many)]
