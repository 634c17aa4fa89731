"""Short requests that the endpoint answers at once: one after the other, then sixteen at the same time."""

from statistics import median

from portal.bench import cpu
from portal.bench.lab import Lab, Target, question
from portal.bench.load.job import Job, Requests, Step
from portal.bench.options import BenchOptions
from portal.bench.progress import Progress
from portal.bench.report import Figures, Line, Report, medians, p95

TITLE = "Plain requests"
AT_ONCE = 16
WARM_UP = 20
ALONE = 60
# Else, where little is done in the time, what a gateway does beside its requests would count as theirs.
LEAST_EACH = 6
SERVERS = ("postgres", "redis")
LINES = (
    Line("median_ms", "one at a time, median, ms"),
    Line("p95_ms", "one at a time, p95, ms"),
    Line("per_second", f"{AT_ONCE} at once, requests per second", 0),
    Line("cpu_ms", "CPU of a request, ms"),
    Line("per_core_second", "requests per second and core", 0),
    Line("servers_cpu_ms", "CPU of Postgres and Redis, ms", 2),
    Line("load_share", "cores used by load and endpoint", 2),
)


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    rounds = []
    for number in range(options.rounds):
        measured: dict[str, Figures] = {}
        for target in lab.targets:
            progress.say(f"plain requests, round {number + 1}: {target.name}")
            measured[target.name] = requests_to(lab, target, options)
        rounds.append(measured)
    return Report(TITLE, LINES, medians(rounds))


def requests_to(lab: Lab, target: Target, options: BenchOptions) -> Figures:
    step = Step(url=target.url, headers=target.headers, body=question(f"Hello {Job.NUMBER.decode()}"))
    return figures_of(lab, [step], target.parts, options)


def figures_of(lab: Lab, steps: list[Step], parts: tuple[str, ...], options: BenchOptions) -> Figures:
    alone = lab.run(Requests(steps=steps, seconds=options.seconds, warm_up=WARM_UP, most_each=ALONE))
    many = Requests(steps=steps, at_once=AT_ONCE, seconds=options.together, warm_up=2, least_each=LEAST_EACH)
    together = lab.run(many, parts)
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
