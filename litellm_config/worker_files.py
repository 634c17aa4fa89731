"""The files in which the workers of one gateway keep what they count, read together.

A worker that has ended leaves its counts: they are added to those of all that ended before it, so that the number of
files, and the time to read them, does not grow with every edit of the catalogue.
https://prometheus.github.io/client_python/multiprocess/
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

# LiteLLM keeps figures of its own in the same folder, one of them under the number of each process.
PREFIXES = ("gateway_", "litellm_in_flight_requests")
ENDED = "ended"


class WorkerFiles:
    """A collector for Prometheus' registry."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterator[Metric]:
        with self._alone():
            for file in self._folder.glob("*.db"):
                self._look_at(file)
            everything = self._all.collect()  # type: ignore[no-untyped-call]
        return (metric for metric in everything if metric.name.startswith(PREFIXES))

    def _look_at(self, file: Path) -> None:
        kind, _, owner = file.stem.rpartition("_")
        if owner == ENDED or psutil.pid_exists(int(owner)):
            return
        if not kind.startswith("gauge"):
            self._add(file, self._folder / f"{kind}_{ENDED}.db")
        file.unlink()

    def _add(self, file: Path, to: Path) -> None:
        total = MmapedDict(str(to))  # type: ignore[no-untyped-call]
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            before, _ = total.read_value(key)  # type: ignore[no-untyped-call]
            total.write_value(key, before + value, 0)  # type: ignore[no-untyped-call]
        total.close()  # type: ignore[no-untyped-call]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two workers that are asked at the same time must not add the same file twice."""
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
