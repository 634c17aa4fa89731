"""`portal bench`: the platform, measured on this machine. Compare figures of one run, never of two."""

from portal.bench.suite import BenchFailed, BenchOptions, run

__all__ = ["BenchFailed", "BenchOptions", "run"]
