"""The arithmetic between what was measured and what is printed."""

import json
from io import StringIO

import pytest
from rich.console import Console

from portal.bench import machine
from portal.bench.goals import goals
from portal.bench.report import Line, Report, medians, p95, ratio
from portal.bench.suite import Results, as_json
from portal.bench.tables import print_tables


def report(name: str, **rows: dict[str, float | None]) -> Report:
    return Report(f"The {name}", [Line("median_ms", "median, ms"), Line("cpu_ms", "CPU, ms", 2)], rows)


def test_medians_are_per_row_and_figure_and_leave_out_what_was_not_measured():
    rounds = [
        {"ours": {"ms": 3.0, "knee": None}, "stock": {"ms": 10.0}},
        {"ours": {"ms": 1.0, "knee": 7.0}},
        {"ours": {"ms": 2.0, "knee": 9.0}, "stock": {"ms": 20.0}},
    ]

    assert medians(rounds) == {"ours": {"ms": 2.0, "knee": 8.0}, "stock": {"ms": 15.0}}


@pytest.mark.parametrize(("values", "expected"), [([4.0], 4.0), (list(range(1, 101)), 95), ([1.0] * 19 + [9.0], 1.0)])
def test_one_in_twenty_may_be_longer_than_the_p95(values: list[float], expected: float):
    assert p95(values) == expected


@pytest.mark.parametrize(("one", "other", "expected"), [(6, 3, 2), (None, 3, None), (6, None, None), (6, 0, None)])
def test_there_is_no_ratio_without_both(one: float | None, other: float | None, expected: float | None):
    assert ratio(one, other) == expected


def test_goals_are_ratios_of_one_run_and_are_met_at_their_limit():
    reports = {
        "plain": report(
            "plain",
            stock={"per_core_second": 30.0},
            ours={"per_core_second": 150.0, "median_ms": 8.0, "cpu_ms": 10.0},
            door={"median_ms": 10.5, "cpu_ms": 10.9},
        ),
        "memory": report("memory", together={"mib": 1024.0}),
    }

    found = {goal.name: (goal.value, goal.is_met) for goal in goals(reports)}

    assert found["plain requests per core against stock"] == (5.0, True)
    assert found["door, added to the median"] == (2.5, False)
    assert found["door, processor time added to a request"] == (pytest.approx(9), True)
    assert found["memory, everything idle"] == (1.0, True)


def test_goals_of_scenarios_that_were_not_measured_are_left_out():
    assert [goal.name for goal in goals({"memory": report("memory", together={"mib": 2048.0})})] == [
        "memory, everything idle"
    ]


def test_a_goal_against_stock_is_left_out_where_stock_was_not_measured():
    assert not goals({"plain": report("plain", ours={"per_core_second": 150.0})})


def test_what_else_ran_is_weighed_by_how_long_it_was_looked_at():
    assert machine.others([(0.01, 0.1), (9.99, 4.9)]) == 0.5
    assert machine.others([]) is None


def test_the_json_says_what_the_tables_say():
    plain = report("plain", ours={"median_ms": 8.25, "cpu_ms": None}, stock={"median_ms": 41, "cpu_ms": 40})
    memory = report("memory", together={"mib": 512.0})
    reports = {"plain": plain, "memory": memory}
    results = Results({"cores": 2, "cores_busy_with_others": 0.75}, reports, goals(reports))

    written = json.loads(json.dumps(as_json(results)))
    printed = StringIO()
    print_tables(results.machine, list(reports.values()), results.goals, Console(file=printed, width=120))

    assert written["machine"] == {"cores": 2, "cores_busy_with_others": 0.75}
    assert written["scenarios"]["plain"]["figures"]["ours"] == {"median_ms": 8.25, "cpu_ms": None}
    assert written["goals"] == [
        {"name": "memory, everything idle", "wanted": "at most 1 GiB", "value": 0.5, "unit": "GiB", "is_met": True}
    ]
    lines = [" ".join(line.split()) for line in printed.getvalue().splitlines()]
    assert "The plain ours stock" in lines
    assert "median, ms 8.2 41.0" in lines
    assert "CPU, ms - 40.00" in lines
    assert "memory, everything idle at most 1 GiB 0.50 GiB yes" in lines
    assert "cores 2, cores_busy_with_others 0.75" in lines
    assert "Other programs kept 0.8 cores busy meanwhile: measure again when the machine is quiet." in lines
