"""Workers come and go with every edit of the catalogue; what they counted stays, in as many files as before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from litellm_config.worker_files import WorkerFiles

pytestmark = pytest.mark.req("A7")

WORKER = """
import sys
from prometheus_client import Counter, Gauge, Histogram
Counter("gateway_calls", "x", ["model"], registry=None).labels("m").inc(2)
Histogram("gateway_seconds", "x", buckets=(1, 2), registry=None).observe(1.5)
Gauge("gateway_waiting", "x", multiprocess_mode="livesum", registry=None).set(3)
Counter("litellm_its_own", "x", registry=None).inc()
print("counted", flush=True)
sys.stdin.read()
"""


def worker(folder: Path) -> subprocess.Popen[str]:
    """One that has counted, and ends when its input does."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = [sys.executable, "-c", WORKER]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "counted\n"
    return process


def told(folder: Path) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(WorkerFiles(folder))
    return {
        sample.name + str(sample.labels.get("le", "")): sample.value for m in registry.collect() for sample in m.samples
    }


def test_counts_of_ended_workers_stay_and_their_files_go(tmp_path: Path):
    for _ in range(3):
        worker(tmp_path).communicate()
    first = told(tmp_path)
    files = sorted(file.name for file in tmp_path.iterdir())
    running = worker(tmp_path)
    with_a_running_one = told(tmp_path)
    running.communicate()
    last = told(tmp_path)

    assert files == ["counter_ended.db", "histogram_ended.db", "lock"]
    assert first == {
        "gateway_calls_total": 6,
        "gateway_seconds_bucket1.0": 0,
        "gateway_seconds_bucket2.0": 3,
        "gateway_seconds_bucket+Inf": 3,
        "gateway_seconds_count": 3,
        "gateway_seconds_sum": 4.5,
    }
    assert with_a_running_one["gateway_calls_total"] == last["gateway_calls_total"] == 8
    assert with_a_running_one["gateway_waiting"] == 3
    assert "gateway_waiting" not in last
    assert sorted(file.name for file in tmp_path.iterdir()) == files
