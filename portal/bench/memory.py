"""What every process holds, shared pages counted by share."""

from collections import Counter
from collections.abc import Mapping

import psutil

from portal.bench import cpu

MEBIBYTE = 1024 * 1024


def memory_of(pids: Mapping[str, int]) -> dict[str, float]:
    """Mebibytes per part, its children included, as soon as it is idle. What belongs to no part is `up` itself."""
    cpu.until_quiet(cpu.Meter(pids), [name for name in pids if name != "up"])
    part_of = {pid: name for name, pid in pids.items()}
    held: Counter[str] = Counter()
    seen: set[int] = set()
    for pid in pids.values():
        for process in cpu.family(psutil.Process(pid)):
            if process.pid in seen:
                continue
            seen.add(process.pid)
            try:
                family = [process.pid, *(parent.pid for parent in process.parents())]
                held[next(part_of[one] for one in family if one in part_of)] += _bytes(process)
            except psutil.NoSuchProcess:
                continue
    return {name: size / MEBIBYTE for name, size in held.most_common()}


def _bytes(process: psutil.Process) -> int:
    """PSS where the system knows it, else what the process has for itself alone."""
    full = process.memory_full_info()
    return int(getattr(full, "pss", None) or full.uss)
