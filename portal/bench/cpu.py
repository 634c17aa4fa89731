"""Processor time of the parts, each with all its descendants, those included that have ended."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

import psutil

QUIET_SHARE = 0.15
QUIET_SECONDS = 5.0
LOOK_SECONDS = 0.4
MACHINE = "machine"
Seconds = Mapping[str, float]


class Meter:
    """`parts`: the process id of each part by name."""

    def __init__(self, parts: Mapping[str, int]) -> None:
        self._parts = {name: psutil.Process(pid) for name, pid in parts.items()}

    def read(self) -> Seconds:
        """Seconds since the start of each part, and since that of the machine."""
        parts = {name: sum(_seconds(one) for one in family(process)) for name, process in self._parts.items()}
        return {**parts, MACHINE: _busy_seconds()}


def spent(before: Seconds, after: Seconds) -> Seconds:
    return {name: max(after[name] - before[name], 0) for name in after}


def of(parts: Iterable[str], seconds: Seconds) -> float:
    return sum(seconds[part] for part in parts)


def until_quiet(meter: Meter, parts: Iterable[str]) -> Seconds:
    """A share of a core is let pass: LiteLLM always has something to do."""
    parts = tuple(parts)
    deadline = time.monotonic() + QUIET_SECONDS
    last = meter.read()
    while True:
        time.sleep(LOOK_SECONDS)
        now = meter.read()
        if of(parts, spent(last, now)) < QUIET_SHARE * LOOK_SECONDS or time.monotonic() > deadline:
            return now
        last = now


def family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _busy_seconds() -> float:
    """Of all cores, for whomever; what the machine itself was kept waiting for counts too."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)
