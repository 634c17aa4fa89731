"""What a reader has to know of the machine and the versions to compare two runs."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

import psutil

OTHERS = "cores_busy_with_others"
MUCH = 0.2
PACKAGES = ("litellm", "prisma", "uvicorn", "uvloop", "httptools", "fastapi", "pydantic")


def facts() -> dict[str, str | int | float]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def others(measurements: Sequence[tuple[float, float]]) -> float | None:
    """Cores that were busy with something else, from seconds and processor seconds; None where nothing was measured."""
    seconds = sum(one for one, _ in measurements)
    return round(sum(busy for _, busy in measurements) / seconds, 2) if seconds else None


def _processor() -> str:
    with open("/proc/cpuinfo") as lines:  # noqa: PTH123 - a file of the kernel's
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
