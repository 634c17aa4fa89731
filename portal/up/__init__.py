"""`portal up`: everything the platform needs, started, watched and stopped together."""

from portal.up.plan import Commands, UpOptions
from portal.up.run import run

__all__ = ["Commands", "UpOptions", "run"]
