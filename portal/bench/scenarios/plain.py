"""Short requests that the endpoint answers at once: one after the other, then sixteen at the same time."""

from statistics import median

from portal.bench import cpu
from portal.bench.lab import Lab, Target, question
from portal.bench.load.job import Job, Requests, Step
from portal.bench.options import BenchOptions
from portal.bench.progress import Progress
from portal.bench.report import Column, Figures, Report, medians, p95

TITLE = "Plain requests"
AT_ONCE = 16
WARM_UP = 20
ALONE = 60
SERVERS = ("postgres", "redis")
COLUMNS = (
    Column("median_ms", "median, ms"),
    Column("p95_ms", "p95, ms"),
    Column("per_second", f"{AT_ONCE} at once, 1/s", 0),
    Column("cpu_ms", "CPU, ms"),
    Column("per_core_second", "per core, 1/s", 0),
    Column("servers_cpu_ms", "Postgres and Redis, CPU ms", 2),
    Column("load_share", "load and endpoint, cores", 2),
)


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    rounds = []
    for number in range(options.rounds):
        measured: dict[str, Figures] = {}
        for target in lab.targets:
            progress.say(f"plain requests, round {number + 1}: {target.name}")
            measured[target.name] = requests_to(lab, target, options.seconds)
        rounds.append(measured)
    return Report("plain", TITLE, COLUMNS, medians(rounds))


def requests_to(lab: Lab, target: Target, seconds: float) -> Figures:
    step = Step(url=target.url, headers=target.headers, body=question(f"Hello {Job.NUMBER.decode()}"))
    return figures_of(lab, [step], target.parts, seconds)


def figures_of(lab: Lab, steps: list[Step], parts: tuple[str, ...], seconds: float) -> Figures:
    alone = lab.run(Requests(steps=steps, seconds=seconds, warm_up=WARM_UP, most_each=ALONE))
    together = lab.run(Requests(steps=steps, at_once=AT_ONCE, seconds=seconds, warm_up=2), parts)
    count = len(together.result["ms"])
    busy = cpu.of(parts, together.cpu)
    return {
        "median_ms": median(alone.result["ms"]),
        "p95_ms": p95(alone.result["ms"]),
        "per_second": count / together.result["seconds"],
        "cpu_ms": busy / count * 1000,
        "per_core_second": count / busy if busy else None,
        "servers_cpu_ms": cpu.of(SERVERS, together.cpu) / count * 1000,
        "load_share": cpu.of(("load", "endpoint"), together.cpu) / together.seconds,
        "hits": together.result["hits"] / count,
    }
