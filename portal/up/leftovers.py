"""Processes that an earlier, killed run left behind and that still hold a part's data."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from portal.up.errors import PartFailed
from portal.up.process_table import working_in

GRACE_SECONDS = 5.0


async def end_leftovers(executable: str, folder: Path, stop_signal: signal.Signals) -> None:
    """End what works in the folder under the executable's name, and return when it has ended.

    Postgres and Redis make their data folder their working directory; the ids in pid files lie after a reboot.
    """
    for number in (stop_signal, signal.SIGKILL):
        for pid in working_in(folder, executable):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            if not working_in(folder, executable):
                return
            await asyncio.sleep(0.05)
    raise PartFailed(f"An earlier {executable} still works in {folder} and cannot be ended.")
