"""Prisma's bookkeeping of migrations, kept as Prisma keeps it so that either can go on where the other stopped.

The table and its use follow prisma-engines' sql-migration-connector; so does the number of the advisory lock.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from psycopg import sql

from litellm_config.database.connection import Connection
from litellm_config.database.errors import MigrationLockBusy

PRISMA_LOCK = 72707369
LOCK_PATIENCE_SECONDS = 600

TABLE = """
CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
)
"""


@dataclass(frozen=True)
class Entry:
    name: str
    checksum: str
    is_finished: bool
    logs: str | None


def read_history(connection: Connection, schema: str) -> list[Entry] | None:
    """None where no migration was ever recorded. What was rolled back counts as never done."""
    query = sql.SQL(
        "SELECT migration_name, checksum, finished_at IS NOT NULL, logs FROM {} "
        "WHERE rolled_back_at IS NULL ORDER BY started_at"
    )
    table = sql.Identifier(schema, "_prisma_migrations")
    with connection.cursor(row_factory=psycopg.rows.args_row(Entry)) as cursor:
        try:
            return cursor.execute(query.format(table)).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return None


@contextmanager
def migration_lock(connection: Connection) -> Iterator[None]:
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    # A statement that waited for the lock would hold a snapshot, for which CREATE INDEX CONCURRENTLY waits in turn.
    while connection.execute("SELECT pg_try_advisory_lock(%s)", [PRISMA_LOCK]).fetchone() != (True,):
        if time.monotonic() > deadline:
            message = (
                f"Another process has held the migration lock for {LOCK_PATIENCE_SECONDS // 60} minutes. "
                "Look for a migration that hangs, end it, and start again."
            )
            raise MigrationLockBusy(message)
        time.sleep(0.1)
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [PRISMA_LOCK])


def record_start(connection: Connection, name: str, checksum: str) -> str:
    entry_id = str(uuid4())
    connection.execute(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) "
        "VALUES (%s, %s, %s, clock_timestamp())",
        [entry_id, checksum, name],
    )
    return entry_id


def record_finish(connection: Connection, entry_id: str) -> None:
    connection.execute(
        "UPDATE _prisma_migrations SET applied_steps_count = 1, finished_at = clock_timestamp() WHERE id = %s",
        [entry_id],
    )


def record_failure(connection: Connection, name: str, checksum: str, logs: str) -> None:
    """The entry of the start is gone where the migration was rolled back with it."""
    update = (
        "UPDATE _prisma_migrations SET logs = %s "
        "WHERE migration_name = %s AND finished_at IS NULL AND rolled_back_at IS NULL"
    )
    if connection.execute(update, [logs, name]).rowcount == 0:
        record_start(connection, name, checksum)
        connection.execute(update, [logs, name])


def record_rollback(connection: Connection, name: str) -> None:
    connection.execute(
        "UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp() "
        "WHERE migration_name = %s AND finished_at IS NULL AND rolled_back_at IS NULL",
        [name],
    )
