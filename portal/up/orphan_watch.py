"""Ends the parts when `portal up` itself was killed and could not.

Run as a program of its own: it reads on its standard input which process groups exist, and does nothing else until
that input ends. Ending groups covers what the kernel's parent-death signal does not: a part's own children, such as
LiteLLM's query engine. It also inherits a lock of the data folder, so that no new run starts its parts before.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_SECONDS = 10.0


def watch() -> None:
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    stop_signals: dict[int, int] = {}
    for line in sys.stdin:
        change, group, stop_signal = line.split()
        if change == "started":
            stop_signals[int(group)] = int(stop_signal)
        else:
            stop_signals.pop(int(group), None)
    for group, stop_signal in stop_signals.items():
        _signal(group, stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(_signal(group, 0) for group in stop_signals) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in stop_signals:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    watch()
