"""An answer out of the cache against one that stock LiteLLM has to ask for; see docs/routing.md for how to ask."""

from portal.bench.errors import BenchFailed
from portal.bench.lab import Lab, question
from portal.bench.load.job import Job
from portal.bench.options import BenchOptions
from portal.bench.progress import Progress
from portal.bench.report import Report
from portal.bench.scenarios import plain

TITLE = "Answers out of the cache"
LEAST_HITS = 0.99


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    asked = question("What was the first question?", cache={"use-cache": True})
    named = [
        ("stock miss", target, question(f"Hello {Job.NUMBER.decode()}"))
        if target.name == "stock"
        else (f"{target.name} hit", target, asked)
        for target in lab.gateways
    ]
    figures = plain.compared(lab, options, progress, "cache", named)
    for name, found in figures.items():
        if name.endswith("hit") and (found["hits"] or 0) < LEAST_HITS:
            raise BenchFailed(f"Of the requests to {name.split()[0]} only {found['hits']:.0%} were hits.")
    return Report(TITLE, plain.LINES, figures)
