"""Brings LiteLLM's tables to the state of the installed LiteLLM, with the migrations that it ships.

Never edits or skips a migration, and never repairs one that Postgres refused: that is for a person to decide.
"""

import hashlib
import logging
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from litellm_config.database.connection import Connection, connect, prisma_schema, unusable
from litellm_config.database.errors import DatabaseNotOurs, MigrationBlocked, MigrationFailed
from litellm_config.database.history import (
    TABLE,
    Entry,
    migration_lock,
    read_history,
    record_failure,
    record_finish,
    record_rollback,
    record_start,
)
from litellm_config.database.packages import package_folder

log = logging.getLogger(__name__)

RESOLVE = "https://pris.ly/d/migrate-resolve"


@dataclass(frozen=True)
class Migration:
    name: str
    script: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.script.encode()).hexdigest()

    @property
    def is_transactional(self) -> bool:
        lines = (line.partition("--")[0] for line in self.script.splitlines())
        return not any("CONCURRENTLY" in line.upper() for line in lines)


def migrate(database_url: str) -> int:
    """How many migrations were missing. Safe from several processes at once; one query when nothing is missing."""
    return apply_migrations(database_url, migration_folder())


def migration_folder() -> Path:
    return package_folder("litellm_proxy_extras") / "migrations"


def apply_migrations(database_url: str, folder: Path) -> int:
    migrations = shipped_migrations(folder)
    schema = prisma_schema(database_url)
    try:
        with connect(database_url) as connection:
            history = read_history(connection, schema)
            if history is not None and is_complete(migrations, history):
                report_edits(migrations, history)
                return 0
            with migration_lock(connection):
                return apply_missing(connection, migrations, ensure_history(connection, schema))
    except psycopg.Error as error:
        raise unusable(database_url, error) from error


def lay_out(connection: Connection, schema: str, migrations: list[Migration], names: AbstractSet[str]) -> None:
    """The tables as they were when those migrations had been applied, and their history, in an empty schema.

    In the transaction of the caller, so that it is done wholly or not at all.
    """
    enter_schema(connection, schema)
    connection.execute(TABLE)
    for migration in migrations:
        if migration.name in names:
            entry_id = record_start(connection, migration.name, migration.checksum)
            # It spares others a wait, and there is nobody; in a transaction Postgres refuses it.
            script = re.sub(r"\bCONCURRENTLY\b", "", migration.script, flags=re.IGNORECASE)
            connection.execute(script.encode(), prepare=False)
            record_finish(connection, entry_id)


def ensure_history(connection: Connection, schema: str) -> list[Entry]:
    enter_schema(connection, schema)
    history = read_history(connection, schema)
    if history is None:
        refuse_tables_without_history(connection, schema)
        connection.execute(TABLE)
        return []
    return history


def shipped_migrations(folder: Path) -> list[Migration]:
    scripts = sorted(folder.glob("*/migration.sql"), key=lambda script: script.parent.name)
    return [Migration(script.parent.name, script.read_bytes().decode()) for script in scripts]


def is_complete(migrations: list[Migration], history: list[Entry]) -> bool:
    return all(entry.is_finished for entry in history) and not missing(migrations, history)


def missing(migrations: list[Migration], history: list[Entry]) -> list[Migration]:
    done = {entry.name for entry in history if entry.is_finished}
    return [migration for migration in migrations if migration.name not in done]


def report_edits(migrations: list[Migration], history: list[Entry]) -> None:
    """LiteLLM has edited migrations that were long applied, so an edit is told and not refused."""
    recorded = {entry.name: entry.checksum for entry in history if entry.is_finished}
    for migration in migrations:
        if recorded.get(migration.name, migration.checksum) != migration.checksum:
            log.warning("The migration %s was applied in another version than the installed one.", migration.name)


def enter_schema(connection: Connection, schema: str) -> None:
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    connection.execute(sql.SQL("SET search_path TO {}").format(name))


def refuse_tables_without_history(connection: Connection, schema: str) -> None:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, 'LiteLLM_') LIMIT 1",
        [schema],
    ).fetchone()
    if found:
        message = (
            f"The database has LiteLLM's tables (such as {found[0]}) but no history of migrations, so it is not known "
            "which are missing. Use an empty database, or record what was applied with "
            f"`prisma migrate resolve --applied` as {RESOLVE} describes."
        )
        raise DatabaseNotOurs(message)


def apply_missing(connection: Connection, migrations: list[Migration], history: list[Entry]) -> int:
    report_edits(migrations, history)
    refuse_failed(history)
    for entry in history:
        if not entry.is_finished:
            # Nobody else holds the lock, so whoever started this was killed; Postgres rolled its work back.
            record_rollback(connection, entry.name)
    to_apply = missing(migrations, history)
    for migration in to_apply:
        apply(connection, migration)
    return len(to_apply)


def refuse_failed(history: list[Entry]) -> None:
    for entry in history:
        if not entry.is_finished and entry.logs:
            message = (
                f"The migration {entry.name} failed earlier, and no other is applied until a person has looked: "
                f"{entry.logs.splitlines()[-1]} Repair the cause, then mark it with "
                f"`prisma migrate resolve --rolled-back {entry.name}` as {RESOLVE} describes."
            )
            raise MigrationBlocked(message)


def apply(connection: Connection, migration: Migration) -> None:
    try:
        if migration.is_transactional:
            with connection.transaction():
                run(connection, migration)
        else:
            drop_unfinished_indexes(connection, migration)
            run(connection, migration)
    except psycopg.Error as error:
        if connection.broken:
            message = (
                f"The connection to Postgres was lost during the migration {migration.name}. "
                "Start again when Postgres is back: nothing of it was kept."
            )
            raise MigrationFailed(message) from error
        raise refusal(connection, migration, error) from error


def run(connection: Connection, migration: Migration) -> None:
    entry_id = record_start(connection, migration.name, migration.checksum)
    # Without parameters and without preparation the script may hold many statements.
    connection.execute(migration.script.encode(), prepare=False)
    record_finish(connection, entry_id)


def drop_unfinished_indexes(connection: Connection, migration: Migration) -> None:
    """What CREATE INDEX CONCURRENTLY leaves behind when it is interrupted, and IF NOT EXISTS would take for done."""
    invalid = connection.execute(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace"
    ).fetchall()
    for (name,) in invalid:
        if f'"{name}"' in migration.script:
            connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(str(name))))


def refusal(connection: Connection, migration: Migration, error: psycopg.Error) -> MigrationFailed:
    logs = (
        "A migration failed to apply. New migrations cannot be applied before the error is recovered from. "
        f"Read more about how to resolve migration issues in a production database: {RESOLVE}\n\n"
        f"Migration name: {migration.name}\n\nDatabase error code: {error.sqlstate}\n\n"
        f"Database error:\nERROR: {error.diag.message_primary}"
    )
    record_failure(connection, migration.name, migration.checksum, logs)
    return MigrationFailed(
        f"Postgres refused the migration {migration.name}: {error.diag.message_primary} ({error.sqlstate}). "
        "Repair the cause in the database, then mark the migration with "
        f"`prisma migrate resolve --rolled-back {migration.name}` as {RESOLVE} describes, and start again."
    )
