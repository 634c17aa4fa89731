"""One run of the benchmark: a cold start, a warm one, memory, requests; then a table or JSON."""

import asyncio
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from portal.bench.memory import memory_by_part
from portal.bench.requests import Figures, measure, targets
from portal.bench.started import BenchFailed, started_platform

__all__ = ["BenchFailed", "BenchOptions", "run"]


@dataclass(frozen=True)
class BenchOptions:
    rounds: int = 3
    as_json: bool = False


@dataclass(frozen=True)
class Start:
    state: str
    page_seconds: float
    chat_seconds: float


@dataclass(frozen=True)
class Results:
    starts: list[Start]
    memory_mib: dict[str, float]
    requests: list[Figures]


def run(options: BenchOptions) -> None:
    """Prints to standard output. `BenchFailed` when the platform does not start or refuses a request."""
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        results = _measure(Path(folder) / "data", options.rounds)
    if options.as_json:
        print(json.dumps(asdict(results), indent=2))  # noqa: T201
    else:
        _print_tables(results)


def _measure(data_dir: Path, rounds: int) -> Results:
    with started_platform(data_dir) as cold:
        pass
    with started_platform(data_dir, cold.key) as warm:
        memory = memory_by_part(warm.process, warm.addresses["pids"])
        requests = asyncio.run(measure(targets(warm), rounds))
    starts = [Start("cold", cold.page_seconds, cold.chat_seconds), Start("warm", warm.page_seconds, warm.chat_seconds)]
    return Results(starts, memory, requests)


def _print_tables(results: Results) -> None:
    starts = _table("Start", "to the page, s", "to the first answer, s")
    for start in results.starts:
        starts.add_row(start.state, f"{start.page_seconds:.1f}", f"{start.chat_seconds:.1f}")
    memory = _table("Memory, idle", "MiB")
    for part, size in results.memory_mib.items():
        memory.add_row(part, f"{size:.0f}")
    memory.add_row("together", f"{sum(results.memory_mib.values()):.0f}")
    requests = _table("Requests", "median, ms", "p95, ms", "16 at once, 1/s", "one long stream, s")
    for one in results.requests:
        seconds = f"{one.stream_seconds:.2f}"
        requests.add_row(one.target, f"{one.median_ms:.1f}", f"{one.p95_ms:.1f}", f"{one.per_second:.0f}", seconds)
    for table in (starts, memory, requests):
        Console().print(table, "")


def _table(title: str, *columns: str) -> Table:
    table = Table(title, header_style="bold", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in columns:
        table.add_column(column, justify="right")
    return table
