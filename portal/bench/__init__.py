"""`portal bench`: the platform, measured on this machine. Compare figures of one run, never of two."""

from portal.bench.errors import BenchFailed
from portal.bench.options import BenchOptions
from portal.bench.suite import run

__all__ = ["BenchFailed", "BenchOptions", "run"]
