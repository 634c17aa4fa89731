"""The portal's migrations, which every instance may start at any time."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine, event
from sqlalchemy.exc import ProgrammingError

from portal.core.clock import now
from portal.core.database import sqlalchemy_url
from portal.models.migrate import MIGRATIONS, alembic_config, migrate, take_back

pytestmark = pytest.mark.req("A6")
FORWARD = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]
# A version before the change would fail on it while the new one starts, and could not be gone back to.
NOT_FOR_OLD_VERSIONS = re.compile(r"DROP (?:TABLE|COLUMN)|RENAME|SET NOT NULL|ALTER COLUMN \S+ TYPE", re.IGNORECASE)
ADA = {"email": "ada@example.org", "password": "a quiet harbour at dawn", "accept_terms": True}
SCHEMA = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, generation_expression
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT tablename, indexname, indexdef, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), NULL, NULL, NULL
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""
FAILS = """
from alembic import op

revision = "next"
down_revision = "{}"


def upgrade():
    op.execute("CREATE TABLE half (id int)")
    op.execute("ALTER TABLE person DROP COLUMN name")
    op.execute("ALTER TABLE nowhere ADD COLUMN id int")
"""


def schema(url: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(SCHEMA).fetchall()


def revision(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy, for a version that is not there yet."""
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))


def test_five_instances_migrate_both_databases_at_once(new_database):
    ours, litellm = new_database(), new_database()
    environment = {
        **os.environ,
        "DATABASE_URL": ours,
        "LITELLM_DATABASE_URL": litellm,
        "REDIS_URL": "redis://127.0.0.1:9",
        "LITELLM_ADMIN_KEY": "sk-none",
    }
    migrating = [sys.executable, "-m", "portal.cli", "migrate"]
    processes = [
        subprocess.Popen(migrating, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    said = [(*process.communicate(), process.returncode) for process in processes]

    assert [(errors, code) for _, errors, code in said if errors or code] == []
    counts = sorted(int(re.search(r"\((\d+) LiteLLM", output).group(1)) for output, _, _ in said)
    assert counts[:4] == [0, 0, 0, 0]
    assert counts[4] > 100
    assert revision(ours) == FORWARD[-1]
    with psycopg.connect(litellm) as connection:
        assert connection.execute("SELECT count(*) FROM _prisma_migrations").fetchone() == (counts[4],)


def test_every_migration_can_be_taken_back_and_done_again(new_database):
    url = SecretStr(new_database())
    migrate(url)
    newest = schema(url.get_secret_value())

    for before in reversed(["base", *FORWARD[:-1]]):
        take_back(url, before)
    assert {table for table, *_ in schema(url.get_secret_value())} == {"alembic_version"}
    migrate(url)

    assert schema(url.get_secret_value()) == newest


def test_people_and_keys_stay_when_the_newest_migration_is_taken_back(new_database):
    url = SecretStr(new_database())
    migrate(url)
    with psycopg.connect(url.get_secret_value(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO person (id, kind, name, created_at) VALUES (gen_random_uuid(), 'local', 'Ada', %s)", [now()]
        )
    take_back(url, FORWARD[-2])
    migrate(url)

    with psycopg.connect(url.get_secret_value()) as connection:
        assert connection.execute("SELECT name FROM person").fetchall() == [("Ada",)]


def test_no_migration_takes_away_what_the_version_before_it_uses(new_database):
    """While instances are replaced, both versions use the one database."""
    url, statements = SecretStr(new_database()), []
    migrate(url)
    take_back(url, "base")
    with create_engine(sqlalchemy_url(url), poolclass=NullPool).begin() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: statements.append(said[2]))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    assert len([one for one in statements if "TABLE" in one]) > 10
    assert [one for one in statements if NOT_FOR_OLD_VERSIONS.search(one)] == []


def test_failed_migration_changes_nothing_and_the_version_before_goes_on(
    new_database, folder: Path, portal_with, browse
):
    url = SecretStr(new_database())
    migrate(url)
    before = schema(url.get_secret_value())
    (folder / "versions" / "9999_fails.py").write_text(FAILS.format(FORWARD[-1]))

    with portal_with(database_url=url) as server:
        with pytest.raises(ProgrammingError, match='relation "nowhere" does not exist'):
            migrate(url, folder)

        answer = browse(server.url).post("/api/auth/register", json=ADA)

    assert answer.status_code == 201
    assert revision(url.get_secret_value()) == FORWARD[-1]
    assert schema(url.get_secret_value()) == before


def test_version_before_leaves_a_newer_database_as_it_is(new_database, folder: Path):
    url = SecretStr(new_database())
    newer = FAILS.format(FORWARD[-1]).replace("DROP COLUMN name", "ADD COLUMN pet text").replace("nowhere", "half")
    (folder / "versions" / "9999_newer.py").write_text(newer.replace("ADD COLUMN id int", "ADD COLUMN name text"))
    assert migrate(url, folder)

    assert not migrate(url)

    assert revision(url.get_secret_value()) == "next"
