"""An answer out of the cache against one that stock LiteLLM has to ask for; see docs/routing.md for how to ask."""

from portal.bench.errors import BenchFailed
from portal.bench.lab import Lab, Target, question
from portal.bench.load.job import Step
from portal.bench.options import BenchOptions
from portal.bench.progress import Progress
from portal.bench.report import Figures, Report, medians
from portal.bench.scenarios import plain

TITLE = "Answers out of the cache"
LEAST_HITS = 0.99


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    rounds = []
    for number in range(options.rounds):
        measured: dict[str, Figures] = {}
        for target in lab.gateways:
            progress.say(f"cache, round {number + 1}: {target.name}")
            if target.name == "stock":
                measured["stock miss"] = plain.requests_to(lab, target, options)
            else:
                measured[f"{target.name} hit"] = _hits(lab, target, options)
        rounds.append(measured)
    return Report(TITLE, plain.LINES, medians(rounds))


def _hits(lab: Lab, target: Target, options: BenchOptions) -> Figures:
    asked = question("What was the first question?", cache={"use-cache": True})
    step = Step(url=target.url, headers=target.headers, body=asked)
    figures = plain.figures_of(lab, [step], target.parts, options)
    if (figures["hits"] or 0) < LEAST_HITS:
        raise BenchFailed(
            f"Of the requests to {target.name} only {figures['hits']:.0%} were answered out of the cache."
        )
    return figures
