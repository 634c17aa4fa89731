"""What every process of the platform holds, shared pages counted by share."""

from collections import Counter

import psutil

MEBIBYTE = 1024 * 1024


def memory_by_part(up: psutil.Process, pids: dict[str, int]) -> dict[str, float]:
    """Mebibytes per part, its children included; what belongs to no part is `up` itself."""
    part_of = {pid: name for name, pid in pids.items()}
    held: Counter[str] = Counter()
    for process in [up, *up.children(recursive=True)]:
        try:
            family = [process.pid, *(parent.pid for parent in process.parents())]
            name = next((part_of[pid] for pid in family if pid in part_of), "up")
            held[name] += _bytes(process)
        except psutil.NoSuchProcess:
            continue
    return {name: size / MEBIBYTE for name, size in held.most_common()}


def _bytes(process: psutil.Process) -> int:
    """PSS where the system knows it, else what the process has for itself alone."""
    full = process.memory_full_info()
    return int(getattr(full, "pss", None) or full.uss)
