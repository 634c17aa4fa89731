"""What the platform wants to reach, as ratios of figures of one run."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.bench.report import Report, ratio

Reports = Mapping[str, Report]


@dataclass(frozen=True)
class Goal:
    """`value` is None where its scenario was not measured."""

    name: str
    wanted: str
    value: float | None
    unit: str
    is_met: bool | None


def goals(reports: Reports) -> list[Goal]:
    """Only those of the scenarios that were measured."""
    look = _Look(reports)
    faster = ratio(look("plain", "ours", "per_core_second"), look("plain", "stock", "per_core_second"))
    more = ratio(look("streams", "ours", "per_core"), look("streams", "stock", "per_core"))
    hit = ratio(look("cache", "stock miss", "cpu_ms"), look("cache", "ours hit", "cpu_ms"))
    issue = ratio(look("issue", "portal", "median_ms"), look("issue", "ours", "median_ms"))
    added = _difference(look("plain", "door", "median_ms"), look("plain", "ours", "median_ms"))
    share = ratio(look("plain", "door", "cpu_ms"), look("plain", "ours", "cpu_ms"))
    stream_share = ratio(look("streams", "door", "few_cpu_ms"), look("streams", "ours", "few_cpu_ms"))
    memory = look("memory", "together", "mib")
    found = [
        _at_least("plain requests per core against stock", faster, 5),
        _at_least("streams per core against stock", more, 10),
        _at_most("door, added to the median", added, 2, "ms"),
        _at_most("door, processor time added to a request", _percent(share), 10, "%"),
        _at_most("door, processor time added to a stream", _percent(stream_share), 10, "%"),
        _at_least("cache hit against stock's miss", hit, 8),
        _at_most("key issued, against LiteLLM's two calls", issue, 1.5, "times"),
        _at_most("warm start to the first completion", look("start", "warm", "chat_seconds"), 12, "s"),
        _at_most("memory, everything idle", memory and memory / 1024, 1.0, "GiB"),
    ]
    return [goal for goal in found if goal.value is not None]


class _Look:
    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    def __call__(self, scenario: str, row: str, figure: str) -> float | None:
        return self._reports[scenario].figure(row, figure) if scenario in self._reports else None


def _at_least(name: str, value: float | None, least: float) -> Goal:
    return Goal(name, f"at least {least:g} times", value, "times", None if value is None else value >= least)


def _at_most(name: str, value: float | None, most: float, unit: str) -> Goal:
    return Goal(name, f"at most {most:g} {unit}", value, unit, None if value is None else value <= most)


def _difference(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _percent(share: float | None) -> float | None:
    return None if share is None else (share - 1) * 100
