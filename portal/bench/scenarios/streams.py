"""Paced streams: how many can run before people notice, and what each costs.

People notice when the first text takes longer than 300 ms or the text comes more than 5 % slower than the model writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from portal.bench import cpu
from portal.bench.knee import find_knee
from portal.bench.lab import RATE, Lab, Run, Target
from portal.bench.load.job import Streams
from portal.bench.options import BenchOptions
from portal.bench.paced_endpoint import MODEL
from portal.bench.progress import Progress
from portal.bench.report import Figures, Line, Report, medians, p95

TITLE = "Streams of 50 tokens per second"
MOST_TTFT_MS = 300
MOST_STRETCH = 1.05
FEW = 16
SERVERS = ("postgres", "redis")
LINES = (
    Line("knee", "most at once", 0),
    Line("per_core", "per core", 0),
    Line("knee_cores", "cores used then", 2),
    Line("knee_ttft_ms", "first text then, p95, ms", 0),
    Line("knee_stretch", "stretch of the text then, p95", 3),
    Line("load_share", "cores used by load and endpoint then", 2),
    Line("few_ttft_ms", f"{FEW} at once: first text, median, ms"),
    Line("few_cpu_ms", f"{FEW} at once: CPU ms per second of each", 2),
    Line("few_events", f"{FEW} at once: events of a stream", 0),
)


@dataclass(frozen=True)
class Trial:
    streams: int
    ttft_ms: list[float]
    stretch: list[float]
    events: list[int]
    is_whole: bool
    cores: float
    load_cores: float

    @classmethod
    def of(cls, streams: int, target: Target, run: Run) -> "Trial":
        found: Mapping[str, Any] = run.result
        return cls(
            streams=streams,
            ttft_ms=found["ttft_ms"] or [0.0],
            stretch=found["stretch"] or [1.0],
            events=found["events"],
            is_whole=found["intact"] and not found["failed"],
            cores=cpu.of(target.parts, run.cpu) / run.seconds,
            load_cores=cpu.of(("load", "endpoint"), run.cpu) / run.seconds,
        )

    @property
    def holds(self) -> bool:
        return self.is_whole and p95(self.ttft_ms) <= MOST_TTFT_MS and p95(self.stretch) <= MOST_STRETCH

    def __str__(self) -> str:
        text = "" if self.is_whole else ", text or requests lost"
        first, stretch = p95(self.ttft_ms), p95(self.stretch)
        return f"{self.streams} streams: first text p95 {first:.0f} ms, stretch p95 {stretch:.2f}{text}"


def measure(lab: Lab, options: BenchOptions, progress: Progress) -> Report:
    few = medians([_few_of_each(lab, options, progress) for _ in range(options.rounds)])
    figures = {}
    for target in lab.gateways:
        figures[target.name] = {**few[target.name], **_knee(lab, target, few[target.name], options, progress)}
    return Report(TITLE, LINES, figures)


def _few_of_each(lab: Lab, options: BenchOptions, progress: Progress) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for target in lab.gateways:
        trial = attempt(lab, target, FEW, options.tokens)
        progress.say(f"streams, {target.name}: {trial}")
        found[target.name] = {
            "few_ttft_ms": median(trial.ttft_ms),
            "few_cpu_ms": trial.cores / FEW * 1000,
            "few_events": fmean(trial.events) if trial.events else None,
        }
    return found


def _knee(lab: Lab, target: Target, few: Figures, options: BenchOptions, progress: Progress) -> Figures:
    trials: dict[int, Trial] = {}

    def holds(streams: int) -> bool:
        trials[streams] = trial = attempt(lab, target, streams, options.tokens)
        progress.say(f"streams, {target.name}: {trial}")
        return trial.holds

    guess = 1000 / (few["few_cpu_ms"] or 1000)
    knee = find_knee(holds, round(guess), options.knee_trials)
    if not knee:
        return {"knee": 0, "per_core": 0}
    trial = trials[knee]
    return {
        "knee": knee,
        "knee_cores": trial.cores,
        # One that leaves most of a core idle at its knee has not earned more than what it holds.
        "per_core": knee / max(trial.cores, 1),
        "knee_ttft_ms": p95(trial.ttft_ms),
        "knee_stretch": p95(trial.stretch),
        "load_share": trial.load_cores,
    }


def attempt(lab: Lab, target: Target, streams: int, tokens: int) -> Trial:
    job = Streams(url=target.url, headers=target.headers, model=MODEL, streams=streams, tokens=tokens, rate=RATE)
    run = lab.run(job)
    lab.rest(target.parts)
    return Trial.of(streams, target, run)
