"""The four figures that a person can look at, and the chart of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.clients.litellm_spend import Counts
from portal.usage.report import Usage
from portal.web.charts import BarChart, Series, bar_chart
from portal.web.numbers import compact, count, usd


class Figure(StrEnum):
    REQUESTS = "requests"
    TOKENS = "tokens"
    SPEND = "spend"
    FAILURES = "failures"


@dataclass(frozen=True)
class FigureChart:
    """How a figure is drawn: its parts, and the words for a number of it."""

    label: str
    series: Sequence[Series]
    parts: Callable[[Counts], Sequence[float]]
    words: Callable[[Counts], str]
    tick: Callable[[float], str] = compact
    whole: bool = True


CHARTS = {
    Figure.REQUESTS: FigureChart(
        "Requests",
        (Series("Answered", 1), Series("Failed", 4)),
        lambda one: (one.requests - one.failures, one.failures),
        lambda one: f"{_many(one.requests, 'request')}, {count(one.failures)} failed",
    ),
    Figure.TOKENS: FigureChart(
        "Tokens",
        (Series("In", 1), Series("Out", 2)),
        lambda one: (one.tokens_in, one.tokens_out),
        lambda one: f"{_many(one.tokens, 'token')}, {count(one.tokens_in)} in and {count(one.tokens_out)} out",
    ),
    Figure.SPEND: FigureChart(
        "Spend", (Series("Spend"),), lambda one: (float(one.spend),), lambda one: usd(one.spend), usd, whole=False
    ),
    Figure.FAILURES: FigureChart(
        "Failed requests",
        (Series("Failed", 4),),
        lambda one: (one.failures,),
        lambda one: f"{count(one.failures)} failed",
    ),
}


def chart_of(usage: Usage, figure: Figure) -> BarChart:
    look = CHARTS[figure]
    by_day = dict(usage.days)

    def text(day: date) -> str:
        return f"{day:%a} {day.day} {day:%b}: {look.words(by_day[day])}"

    return bar_chart(
        f"{look.label} per day",
        [(day, look.parts(counts)) for day, counts in usage.days],
        look.series,
        summary=f"{look.words(usage.total)} in {len(usage.days)} days",
        tick=look.tick,
        text=text,
        whole=look.whole,
    )


def _many(number: int, what: str) -> str:
    return f"{count(number)} {what}{'' if number == 1 else 's'}"
