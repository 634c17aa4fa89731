"""Processor time by part: a gateway's work counts wherever in its processes it is done."""

import os
import subprocess
import sys

from portal.bench import cpu

WORK = "import time\nwhile time.process_time() < 0.5: pass"


def test_the_work_of_children_counts_while_they_run_and_when_they_have_ended():
    meter = cpu.Meter({"part": os.getpid()})
    before = meter.read()
    child = subprocess.Popen([sys.executable, "-c", f"{WORK}\nprint('done', flush=True)\ninput()"], stdin=-1, stdout=-1)
    assert child.stdout
    child.stdout.readline()
    during = cpu.spent(before, meter.read())
    child.communicate(b"\n")
    after = cpu.spent(before, meter.read())

    assert during["part"] > 0.4
    assert after["part"] > 0.4
    assert after[cpu.MACHINE] > 0.4


def test_of_several_parts_their_time_is_added():
    assert cpu.of(("portal", "gateway"), {"portal": 1.5, "gateway": 2.0, "redis": 8.0}) == 3.5
