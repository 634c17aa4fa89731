"""Short requests that the endpoint answers at once: one after the other, then sixteen at the same time."""

from statistics import median
from typing import Any

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
Body = dict[str, Any]
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
    named = [(target.name, target, question(f"Hello {Job.NUMBER.decode()}")) for target in lab.targets]
    return Report(TITLE, LINES, compared(lab, options, progress, "plain requests", named))


def compared(
    lab: Lab, options: BenchOptions, progress: Progress, title: str, asked: list[tuple[str, Target, Body]]
) -> dict[str, Figures]:
    """All are asked one at a time before any is asked many: what LiteLLM then writes down would slow the next down."""
    rounds = []
    for number in range(options.rounds):
        progress.say(f"{title}, round {number + 1}: one at a time")
        alone = {name: _alone(lab, target, body, options) for name, target, body in asked}
        measured: dict[str, Figures] = {}
        for name, target, body in asked:
            progress.say(f"{title}, round {number + 1}: {name}")
            measured[name] = {**alone[name], **_together(lab, target, body, options)}
        rounds.append(measured)
    return medians(rounds)


def _alone(lab: Lab, target: Target, body: Body, options: BenchOptions) -> Figures:
    alone = lab.run(Requests(steps=[_step(target, body)], seconds=options.seconds, warm_up=WARM_UP, most_each=ALONE))
    return {"median_ms": median(alone.result["ms"]), "p95_ms": p95(alone.result["ms"])}


def _together(lab: Lab, target: Target, body: Body, options: BenchOptions) -> Figures:
    steps = [_step(target, body)]
    many = Requests(steps=steps, at_once=AT_ONCE, seconds=options.together, warm_up=2, least_each=LEAST_EACH)
    together = lab.run(many, target.parts)
    count = len(together.result["ms"])
    busy = cpu.of(target.parts, together.cpu)
    return {
        "per_second": count / together.result["seconds"],
        "cpu_ms": busy / count * 1000,
        "per_core_second": count / busy if busy else None,
        "servers_cpu_ms": cpu.of(SERVERS, together.cpu) / count * 1000,
        "load_share": cpu.of(("load", "endpoint"), together.cpu) / together.seconds,
        "hits": together.result["hits"] / count,
    }


def _step(target: Target, body: Body) -> Step:
    return Step(url=target.url, headers=target.headers, body=body)
