"""Parts that end when nobody asked them to."""

import threading
import time

import psutil
import psycopg
import pytest
import redis


@pytest.fixture
def running(up, data_dir):
    return up(data_dir, arguments={"gateway": ["--with-child"]}).wait_until_ready()


def until(happens, seconds=60):
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_each_killed_part_comes_back_with_its_data_and_that_is_said(running, kill, all_end):
    with psycopg.connect(running.run["database_url"]) as connection:
        connection.execute("CREATE TABLE person AS SELECT 'Ada' AS name")
    with redis.from_url(running.run["redis_url"]) as client:
        client.set("session", "Ada's")
    # Of what is not in the file yet Redis promises nothing.
    files = running.data_dir / "redis" / "appendonlydir"
    until(lambda: any(b"Ada's" in file.read_bytes() for file in files.glob("*.incr.aof")))
    before = running.run
    everyone = {process.pid: process for process in running.everyone()}

    for pid in before["pids"].values():
        family = [everyone[pid], *everyone[pid].children(recursive=True)]
        kill(pid)
        all_end(family)
    for part, pid in before["pids"].items():
        until(lambda part=part, pid=pid: running.run["pids"][part] != pid)
        assert f"{part}: restarting in 1 s, it was ended by SIGKILL" in running.said

    after = running.run
    assert {**after, "pids": None} == {**before, "pids": None}
    with psycopg.connect(after["database_url"]) as connection:
        assert connection.execute("SELECT name FROM person").fetchone() == ("Ada",)
    with redis.from_url(after["redis_url"]) as client:
        assert client.get("session") == b"Ada's"


def test_postgres_comes_back_though_a_backend_is_busy_and_does_not_notice(running, kill, all_end):
    connection = psycopg.connect(running.run["database_url"])
    busy = "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"

    def work():
        with pytest.raises(psycopg.OperationalError):
            connection.execute(busy)

    worker = threading.Thread(target=work)
    worker.start()
    with psycopg.connect(running.run["database_url"]) as watcher:
        activity = "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'"
        until(lambda: watcher.execute(activity, [busy]).fetchone() == (1,))
    postgres = running.run["pids"]["postgres"]
    backends = next(process for process in running.everyone() if process.pid == postgres).children()

    kill(postgres)

    until(lambda: running.run["pids"]["postgres"] != postgres)
    worker.join()
    connection.close()
    all_end(backends)


def test_part_that_hangs_is_started_again_and_that_is_said(up, data_dir):
    running = up(data_dir, patience=3).wait_until_ready()
    before = running.run["pids"]
    gateway = psutil.Process(before["gateway"])

    gateway.suspend()

    until(lambda: running.run["pids"]["gateway"] != gateway.pid)
    assert "gateway: restarting in 1 s, it did not answer for 3 s" in running.said
    assert running.run["pids"] | {"gateway": None} == before | {"gateway": None}
    assert not gateway.is_running()


def test_part_that_fails_at_first_gets_another_try(up, data_dir, tmp_path):
    marker = tmp_path / "failed-once"

    running = up(data_dir, arguments={"gateway": ["--fail-until", str(marker)]}).wait_until_ready()

    assert "gateway: restarting in 1 s, it ended with exit code 1: Error: not yet" in running.said


def test_part_that_never_starts_ends_everything_with_its_reason(up, data_dir, all_end):
    running = up(data_dir, arguments={"gateway": ["--fail", "Error: no such model"]}).wait_until_said("redis: ready")
    everyone = running.everyone()

    assert running.ends() == 1

    all_end(everyone)
    log = data_dir / "logs" / "gateway.log"
    reason = f"gateway does not start, it ended with exit code 1: Error: no such model (log: {log})"
    assert running.said.endswith(f"portal up: {reason}\n")


def test_failed_migration_is_fatal_at_once(up, data_dir):
    running = up(data_dir, arguments={"migrate": ["--fail", "Error: no such table"]})

    assert running.ends() == 1

    log = data_dir / "logs" / "migrate.log"
    reason = f"migrate does not start, it ended with exit code 1: Error: no such table (log: {log})"
    assert running.said.endswith(f"portal up: {reason}\n")
    assert "everything is ready" not in running.said
    assert "Traceback" not in running.said
