import asyncio
import os
import time

import psutil
import pytest

from portal.up.processes import Processes
from portal.up.program import Program


@pytest.fixture
def lock(tmp_path):
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    yield lock
    os.close(lock)


def wait_for_text(log):
    while not log.read_text():
        time.sleep(0.05)


def group_of(pid):
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        # It has ended since it was listed.
        return None


def test_process_that_does_not_want_to_end_is_killed_with_its_children(tmp_path, lock, all_end):
    log = tmp_path / "stubborn.log"
    command = ("sh", "-c", "trap '' TERM; echo stubborn; while :; do sleep 1; done")
    stubborn = Program(name="stubborn", command=command, environment={"PATH": os.defpath}, log=log)

    async def start_and_stop():
        async with Processes(lock, grace_seconds=0.5) as processes:
            process = await processes.start(stubborn)
            await asyncio.to_thread(wait_for_text, log)
            await processes.stop(process, stubborn.stop_signals)
        return process

    process = asyncio.run(asyncio.wait_for(start_and_stop(), 60))

    assert process.returncode == -9
    all_end([each for each in psutil.process_iter() if group_of(each.pid) == process.pid])
