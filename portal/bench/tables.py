"""The result as calm tables."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from portal.bench import machine
from portal.bench.goals import Goal
from portal.bench.report import Report


def print_tables(
    facts: Mapping[str, object], reports: Sequence[Report], goals: Sequence[Goal], console: Console | None = None
) -> None:
    console = console or Console()
    for report in reports:
        console.print(_table(report))
        for note in report.notes:
            console.print(note, style="dim", highlight=False)
        console.print()
    if goals:
        console.print(_goals(goals))
        console.print()
    console.print(", ".join(f"{name} {value}" for name, value in facts.items()), style="dim", highlight=False)
    busy = facts.get(machine.OTHERS)
    if isinstance(busy, float) and busy > machine.MUCH:
        console.print(f"Other programs kept {busy:.1f} cores busy meanwhile: measure again when the machine is quiet.")


def _table(report: Report) -> Table:
    """What was measured side by side, so that the eye compares along a line and a narrow terminal has room."""
    table = _empty(report.title, *report.figures)
    for line in report.lines:
        table.add_row(line.text, *(_number(row.get(line.figure), line.digits) for row in report.figures.values()))
    return table


def _goals(goals: Sequence[Goal]) -> Table:
    table = _empty("Goals", "wanted", "measured", "met")
    for goal in goals:
        table.add_row(goal.name, goal.wanted, f"{_number(goal.value, 2)} {goal.unit}", "yes" if goal.is_met else "no")
    return table


def _empty(title: str, *columns: str) -> Table:
    table = Table(title, header_style="bold", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
