import signal
import stat
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from up_under_test import Up

from portal.core.contradictions import MIN_SECRET_LENGTH


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def running(stopped_data_dir):
    """One for all the tests that only look."""
    running = Up(stopped_data_dir, stopped_data_dir.parent, arguments={"gateway": ["--delay", "3"]}).wait_until_ready()
    yield running
    assert running.stop() == 0, running.said


def test_run_file_leads_to_every_part(running):
    run = running.run

    assert set(run) == {
        "portal_url",
        "gateway_url",
        "sample_endpoint_url",
        "database_url",
        "redis_url",
        "pids",
        "admin_key_file",
    }
    assert set(run["pids"]) == {"portal", "gateway", "sample-endpoint", "postgres", "redis"}
    key = Path(run["admin_key_file"]).read_text()
    assert key.startswith("sk-")
    assert len(key) >= MIN_SECRET_LENGTH, "production would refuse it"
    for url in (run["portal_url"], run["gateway_url"], f"{run['sample_endpoint_url']}/models"):
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200
    with psycopg.connect(run["database_url"]) as connection:
        role = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert role == (False,)
    with redis.from_url(run["redis_url"]) as client:
        assert client.ping()


def test_nobody_else_can_read_secrets(running):
    data_dir = running.data_dir

    assert mode(data_dir / "run.json") == 0o600
    assert mode(data_dir / "secrets") == 0o700
    assert mode(data_dir / "logs") == 0o700
    secrets = list((data_dir / "secrets").iterdir())
    assert len(secrets) == 5
    assert {mode(secret) for secret in secrets} == {0o600}
    assert mode(data_dir / "redis" / "redis.conf") == 0o600


def test_nothing_opens_without_a_password(running):
    port = urlsplit(running.run["database_url"]).port
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres")

    port = urlsplit(running.run["redis_url"]).port
    with redis.Redis(port=port, retry=None) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_page_is_announced_before_everything_is_ready(running):
    early, late = running.said.index("the gateway is still starting"), running.said.index("everything is ready")

    assert early < running.said.index("gateway: ready") < late
    assert running.said.count(running.run["portal_url"]) == 2


def test_second_one_on_the_same_folder_is_refused(running, up):
    second = up(running.data_dir)

    assert second.ends() == 1
    assert second.said == (
        f"portal up: `portal up` is already running on {running.data_dir} (process {running.process.pid}): "
        "stop that one, or choose another folder with --data-dir.\n"
    )
    assert running.run["pids"], "the first one's run.json is gone"


def test_data_and_secrets_survive_a_restart(up, data_dir):
    first = up(data_dir).wait_until_ready()
    with psycopg.connect(first.run["database_url"]) as connection:
        connection.execute("CREATE TABLE person AS SELECT 'Ada' AS name")
    with redis.from_url(first.run["redis_url"]) as client:
        client.set("session", "Ada's")
    secrets = {file.name: file.read_text() for file in (data_dir / "secrets").iterdir()}
    assert first.stop() == 0

    second = up(data_dir).wait_until_ready()

    with psycopg.connect(second.run["database_url"]) as connection:
        assert connection.execute("SELECT name FROM person").fetchone() == ("Ada",)
    with redis.from_url(second.run["redis_url"]) as client:
        assert client.get("session") == b"Ada's"
    assert {file.name: file.read_text() for file in (data_dir / "secrets").iterdir()} == secrets
    assert (data_dir / "logs" / "postgres.log.previous").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ending_it_ends_every_process_in_order(up, data_dir, all_end, number):
    running = up(data_dir, arguments={"gateway": ["--with-child"]}).wait_until_ready()
    everyone = running.everyone()

    code = running.stop(number)

    assert code == 0
    all_end(everyone)
    order = [line.partition(":")[0] for line in running.said.splitlines() if line.endswith("stopped")]
    assert order == ["portal", "gateway", "sample-endpoint", "redis", "postgres"]
    assert not (data_dir / "run.json").exists()
    assert not (data_dir / "postgres" / "postmaster.pid").exists(), "Postgres was not shut down cleanly"


def test_killing_it_ends_every_process_and_the_next_start_works(up, data_dir, all_end):
    running = up(data_dir, arguments={"gateway": ["--with-child"]}).wait_until_ready()
    everyone = running.everyone()
    with redis.from_url(running.run["redis_url"]) as client:
        client.set("session", "Ada's")

    running.process.kill()
    # At once, while the parts of the killed one are still ending.
    again = up(data_dir).wait_until_ready()

    all_end(everyone)
    with redis.from_url(again.run["redis_url"]) as client:
        assert client.get("session") == b"Ada's"


def test_stopping_in_the_middle_of_the_first_start_leaves_no_half_database(up, tmp_path, all_end):
    running = up(tmp_path / "data").wait_until_said("postgres: starting")
    everyone = running.everyone()

    assert running.stop() == 0

    all_end(everyone)
    assert not (tmp_path / "data" / "postgres").exists() or (tmp_path / "data" / "postgres" / "PG_VERSION").exists()
    up(tmp_path / "data").wait_until_ready()
