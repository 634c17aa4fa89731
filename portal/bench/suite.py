"""One run of the benchmark: everything is started, each scenario measured, everything stopped; then the result."""

import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from portal.bench import machine, tables
from portal.bench.errors import BenchFailed
from portal.bench.goals import Goal, goals
from portal.bench.lab import Lab
from portal.bench.opening import Opened, open_lab
from portal.bench.options import BenchOptions
from portal.bench.progress import Progress
from portal.bench.report import Report
from portal.bench.scenarios import cache, chat, issue, memory, plain, start, streams

Measure = Callable[[Lab, BenchOptions, Progress], Report]
# Of what is seen while everything starts.
SEEN: Mapping[str, Callable[[Opened], Report]] = {"start": start.report, "memory": memory.report}
MEASURED: Mapping[str, Measure] = {
    "plain": plain.measure,
    "cache": cache.measure,
    "issue": issue.measure,
    "chat": chat.measure,
    "streams": streams.measure,
}
SCENARIOS = (*SEEN, *MEASURED)


@dataclass(frozen=True)
class Results:
    machine: Mapping[str, Any]
    scenarios: Mapping[str, Report]
    goals: list[Goal]


def run(options: BenchOptions) -> None:
    """Prints to standard output. `BenchFailed` when something does not start or refuses a request."""
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        raise BenchFailed(f"No such scenario: {', '.join(sorted(unknown))}. There are {', '.join(SCENARIOS)}.")
    with _ending_in_order(), tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        results = measure(Path(folder), options, Progress())
    if options.as_json:
        sys.stdout.write(json.dumps(as_json(results), indent=2) + "\n")
    else:
        tables.print_tables(results.machine, list(results.scenarios.values()), results.goals)


def measure(folder: Path, options: BenchOptions, progress: Progress) -> Results:
    facts = machine.facts()
    with open_lab(folder, options, progress) as (lab, opened):
        reports = {name: report(opened) for name, report in SEEN.items() if options.wants(name)}
        reports |= {
            name: measured(lab, options, progress) for name, measured in MEASURED.items() if options.wants(name)
        }
        progress.say("stopping everything")
    return Results({**facts, machine.OTHERS: machine.others(lab.others)}, reports, goals(reports))


def as_json(results: Results) -> dict[str, Any]:
    return {
        "machine": dict(results.machine),
        "scenarios": {name: {"title": one.title, "figures": one.figures} for name, one in results.scenarios.items()},
        "goals": [asdict(goal) for goal in results.goals],
    }


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """So that what was started is stopped, and what was written removed, however the run is ended."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
