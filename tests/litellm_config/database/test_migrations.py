import hashlib
import logging
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from postgres_server import PostgresServer, free_port

from litellm_config.database import errors, migrate
from litellm_config.database.migrations import apply_migrations, migration_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Migrations of the tests' own."""
    add(tmp_path, "1_people", "CREATE TABLE people (name text); INSERT INTO people VALUES ('50 % of \"all\"')")
    add(tmp_path, "2 with spaces", "ALTER TABLE people ADD COLUMN age int")
    return tmp_path


def add(folder: Path, name: str, script: str) -> None:
    (folder / name).mkdir()
    (folder / name / "migration.sql").write_text(script)


def history(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT migration_name, finished_at IS NOT NULL, applied_steps_count, logs IS NOT NULL, "
        "rolled_back_at IS NOT NULL FROM _prisma_migrations ORDER BY started_at"
    ).fetchall()


def test_five_processes_at_once_on_a_database_that_does_not_exist(postgres: PostgresServer) -> None:
    url = postgres.url("raced", connection_limit=5, schema="public")
    script = "import sys; from litellm_config.database import migrate; print(migrate(sys.argv[1]))"
    processes = [
        subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    outputs = [process.communicate() for process in processes]

    assert [error for _, error in outputs if error] == []
    shipped = sorted(path.parent for path in migration_folder().glob("*/migration.sql"))
    assert sorted(int(output) for output, _ in outputs) == [0, 0, 0, 0, len(shipped)]
    with postgres.connect("raced") as connection:
        rows = connection.execute("SELECT * FROM _prisma_migrations ORDER BY started_at").fetchall()
        invalid = connection.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone()
    assert [row[3] for row in rows] == [path.name for path in shipped]
    for row, path in zip(rows, shipped, strict=True):
        entry_id, checksum, finished_at, _, logs, rolled_back_at, started_at, steps = row
        assert len(entry_id) == 36
        assert checksum == hashlib.sha256((path / "migration.sql").read_bytes()).hexdigest()
        assert finished_at >= started_at
        assert (logs, rolled_back_at, steps) == (None, None, 1)
    assert invalid == (0,)


def test_second_time_there_is_nothing_to_do(postgres: PostgresServer, migrated_database: str) -> None:
    assert migrate(postgres.url(migrated_database)) == 0


def test_importing_does_not_load_litellm_or_prisma() -> None:
    script = "import sys, litellm_config.database; print(sorted({'litellm', 'prisma'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_what_is_new_is_applied_and_nothing_twice(postgres: PostgresServer, empty_database: str, folder: Path) -> None:
    assert apply_migrations(postgres.url(empty_database), folder) == 2
    add(folder, "3_new", "ALTER TABLE people ADD COLUMN email text")
    assert apply_migrations(postgres.url(empty_database), folder) == 1
    assert apply_migrations(postgres.url(empty_database), folder) == 0


def test_history_of_native_prisma_is_recognised(postgres: PostgresServer, empty_database: str, folder: Path) -> None:
    """As the native engine leaves it, after one migration that failed, was rolled back and went through."""
    with postgres.connect(empty_database) as connection:
        connection.execute("""
            CREATE TABLE "_prisma_migrations" (
                "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
                "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
                "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0
            )""")
        checksum = hashlib.sha256((folder / "1_people" / "migration.sql").read_bytes()).hexdigest()
        insert = "INSERT INTO _prisma_migrations VALUES (gen_random_uuid(), %s, {}, '1_people', {}, {}, now(), {})"
        connection.execute(insert.format("NULL", "'ERROR'", "now()", 0), [checksum])
        connection.execute(insert.format("now()", "NULL", "NULL", 1), [checksum])
        connection.execute("CREATE TABLE people (name text)")

    assert apply_migrations(postgres.url(empty_database), folder) == 1


def test_refused_migration_is_named_recorded_and_blocks_the_next_start(
    postgres: PostgresServer, empty_database: str, folder: Path
) -> None:
    url = postgres.url(empty_database)
    add(folder, "3_bad", "CREATE TABLE pets (name text); ALTER TABLE nobody ADD COLUMN x int")
    add(folder, "4_after", "CREATE TABLE after (x int)")

    with pytest.raises(errors.MigrationFailed, match=r'3_bad.*relation "nobody" does not exist.*resolve --rolled-back'):
        apply_migrations(url, folder)
    with pytest.raises(errors.MigrationBlocked, match=r'3_bad.*relation "nobody" does not exist'):
        apply_migrations(url, folder)

    with postgres.connect(empty_database) as connection:
        assert history(connection)[-1] == ("3_bad", False, 0, True, False)
        assert connection.execute("SELECT to_regclass('pets')").fetchone() == (None,)
        (logs,) = connection.execute("SELECT logs FROM _prisma_migrations WHERE logs IS NOT NULL").fetchone()
        assert "Database error code: 42P01" in logs
        # What `prisma migrate resolve --rolled-back` does.
        connection.execute(
            "CREATE TABLE nobody (); UPDATE _prisma_migrations SET rolled_back_at = now() WHERE logs <> ''"
        )
    assert apply_migrations(url, folder) == 2


def test_interrupted_migration_is_done_again(postgres: PostgresServer, empty_database: str, folder: Path) -> None:
    """A process that was killed leaves an entry without an end, and an index that Postgres does not use."""
    url = postgres.url(empty_database)
    add(folder, "3_index", 'CREATE INDEX CONCURRENTLY IF NOT EXISTS "by_name" ON people (name)')
    apply_migrations(url, folder)
    with postgres.connect(empty_database) as connection:
        connection.execute("UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '3_index'")
        connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_name'::regclass")

    assert apply_migrations(url, folder) == 1

    with postgres.connect(empty_database) as connection:
        assert history(connection)[-2:] == [("3_index", False, 1, False, True), ("3_index", True, 1, False, False)]
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_name'::regclass"
        assert connection.execute(valid).fetchone() == (True,)


def test_failing_index_is_recorded_as_failed(postgres: PostgresServer, empty_database: str, folder: Path) -> None:
    """It runs outside of a transaction, so its entry is there before it fails."""
    add(folder, "3_index", "CREATE INDEX CONCURRENTLY by_nothing ON people (nothing)")

    with pytest.raises(errors.MigrationFailed, match="3_index"):
        apply_migrations(postgres.url(empty_database), folder)

    with postgres.connect(empty_database) as connection:
        assert [row for row in history(connection) if row[0] == "3_index"] == [("3_index", False, 0, True, False)]


def test_edited_migration_is_told(
    postgres: PostgresServer, empty_database: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    apply_migrations(postgres.url(empty_database), folder)
    (folder / "1_people" / "migration.sql").write_text("SELECT 1")

    with caplog.at_level(logging.WARNING):
        assert apply_migrations(postgres.url(empty_database), folder) == 0

    assert "1_people" in caplog.text
    assert "2 with spaces" not in caplog.text


def test_tables_without_a_history_are_left_alone(postgres: PostgresServer, empty_database: str) -> None:
    with postgres.connect(empty_database) as connection:
        connection.execute('CREATE TABLE "LiteLLM_UserTable" (id int)')

    with pytest.raises(errors.DatabaseNotOurs, match="LiteLLM_UserTable"):
        migrate(postgres.url(empty_database))


def test_schema_of_the_address_is_used_and_made(postgres: PostgresServer, empty_database: str, folder: Path) -> None:
    assert apply_migrations(postgres.url(empty_database, schema="Own"), folder) == 2
    assert apply_migrations(postgres.url(empty_database, schema="Own"), folder) == 0

    with postgres.connect(empty_database) as connection:
        assert connection.execute('SELECT name FROM "Own".people').fetchone() == ('50 % of "all"',)
        assert connection.execute("SELECT to_regclass('public.people')").fetchone() == (None,)


def test_unreachable_postgres_is_one_sentence_without_the_password() -> None:
    with pytest.raises(errors.DatabaseUnreachable, match="refused") as error:
        migrate(f"postgresql://somebody:very-secret@127.0.0.1:{free_port()}/nothing")

    assert "very-secret" not in str(error.value)


def test_missing_rights_are_said(postgres: PostgresServer, empty_database: str) -> None:
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE stranger LOGIN")

    with pytest.raises(errors.DatabaseUnreachable, match="permission denied to create database"):
        migrate(postgres.url("not_made").replace("postgres@", "stranger@"))
    with pytest.raises(errors.DatabaseUnreachable, match="permission denied for"):
        migrate(postgres.url(empty_database).replace("postgres@", "stranger@"))
