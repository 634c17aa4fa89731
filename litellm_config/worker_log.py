"""The lines that workers write themselves: JSON, one at a time, as the log of everything else."""

import json
import sys


def write_line(event: str, **fields: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def write_fault(event: str, error: Exception, **fields: object) -> None:
    """The text of the error stays out: it is another's, and may hold anything."""
    write_line(event, reason=type(error).__name__, **fields)
