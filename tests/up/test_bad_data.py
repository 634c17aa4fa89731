"""Data folders that Postgres or Redis cannot start on: one sentence, exit code 1, nothing left running."""

import os
import shutil

import psutil
import pytest


@pytest.fixture
def fails(up, data_dir, all_end):
    def reason():
        failed = up(data_dir)
        failed.wait_until_said("postgres: starting")
        everyone = failed.everyone()
        assert failed.ends() == 1
        all_end(everyone)
        assert "Traceback" not in failed.said
        return failed.said.splitlines()[-1]

    return reason


def test_folder_without_version(fails, data_dir):
    (data_dir / "postgres" / "PG_VERSION").unlink()

    assert fails() == (
        f"portal up: {data_dir}/postgres is not a data folder of Postgres, its file PG_VERSION cannot be read: "
        "restore a backup, or move the folder away to begin with an empty database."
    )


def test_folder_of_another_version(fails, data_dir):
    (data_dir / "postgres" / "PG_VERSION").write_text("16\n")

    assert "was made by PostgreSQL 16, and this is PostgreSQL 18: convert it with pg_upgrade" in fails()


def test_damaged_database(fails, data_dir):
    (data_dir / "postgres" / "global" / "pg_control").unlink()

    reason = fails()

    assert reason.startswith("portal up: postgres does not start, it ended with exit code 2: ")
    assert 'global/pg_control": No such file or directory' in reason
    assert reason.endswith(f"(log: {data_dir}/logs/postgres.log)")


def test_lost_secrets(fails, data_dir):
    shutil.rmtree(data_dir / "secrets")

    assert "postgres_superuser_password does not open the database: restore the folder `secrets`" in fails()


def test_damaged_redis_file(fails, data_dir):
    (changes,) = (data_dir / "redis" / "appendonlydir").glob("*.incr.aof")
    changes.write_text("*nonsense\r\n" * 10)

    reason = fails()

    assert reason.startswith("portal up: redis does not start, it ended with exit code 1: Bad file format")
    assert reason.endswith(f"(log: {data_dir}/logs/redis.log)")


def test_process_id_of_somebody_else_in_the_lock_file_of_postgres(up, data_dir):
    """After a reboot the id of a killed Postgres often belongs to another program."""
    lock = data_dir / "postgres" / "postmaster.pid"
    stranger = psutil.Process(os.getpid())
    lock.write_text(f"{stranger.pid}\n{data_dir}/postgres\n1\n5432\n\n127.0.0.1\n\nready\n")

    up(data_dir).wait_until_ready()

    assert stranger.is_running()
