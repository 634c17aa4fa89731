"""Writes a backup: each database as it was at one moment, the two moments right after each other."""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg

from litellm_config.database.connection import libpq_url, prisma_schema
from portal.backup.errors import BackupError, CannotWrite, PartAway
from portal.backup.layout import litellm_version, portal_version
from portal.backup.manifest import NAME, NAMES, Contents, Manifest, Name, Table, member
from portal.backup.sealed import SealingWriter
from portal.backup.tables import Tables
from portal.core.settings import Settings

SECONDS_TO_CONNECT = 10
PRIVATE = 0o600


def addresses(settings: Settings) -> dict[Name, tuple[str, str]]:
    """Where each database is, and the schema of its tables."""
    litellm = settings.gateway_database_url.get_secret_value()
    return {
        "portal": (settings.database_url.get_secret_value(), "public"),
        "litellm": (libpq_url(litellm), prisma_schema(litellm)),
    }


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Raises `PartAway` for whatever Postgres says, without the address."""
    try:
        with psycopg.connect(url, connect_timeout=SECONDS_TO_CONNECT) as connection:
            yield connection
    except psycopg.Error as error:
        raise PartAway(f"The database can't be used: {reason_of(error)}") from error


def reason_of(error: psycopg.Error) -> str:
    """Without the address and the values."""
    said = str(error).strip().splitlines()
    return error.diag.message_primary or (said[0] if said else type(error).__name__)


def write_backup(settings: Settings, file: IO[bytes], passphrase: bytes | None = None) -> Manifest:
    if passphrase is None:
        return _write(settings, file)
    with SealingWriter(file, passphrase) as sealing:
        return _write(settings, sealing)  # type: ignore[arg-type] # zipfile only writes to it


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """For its owner alone; it has its name only when it is whole."""
    if path.exists():
        raise CannotWrite(f"{path} is there already. Name another file.")
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE), "wb") as file:
            os.fchmod(file.fileno(), PRIVATE)
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError as error:
        raise CannotWrite(f"{path} can't be written: {error.strerror}.") from error
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _write(settings: Settings, file: IO[bytes]) -> Manifest:
    where = addresses(settings)
    with ExitStack() as stack:
        snapshots: dict[Name, psycopg.Connection[Any]] = {}
        for name in NAMES:
            snapshots[name] = stack.enter_context(connected(where[name][0]))
            _take_snapshot(snapshots[name])
        _refuse_one_for_both(snapshots)
        archive = stack.enter_context(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED))
        contents = {name: _contents(archive, name, snapshots[name], where[name][1]) for name in NAMES}
        manifest = Manifest(
            created_at=datetime.now(UTC),
            portal_version=version("akashchat-portal"),
            litellm_version=version("litellm"),
            **contents,
        )
        archive.writestr(NAME, manifest.model_dump_json(indent=1))
    return manifest


def _take_snapshot(connection: psycopg.Connection[Any]) -> None:
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute("SELECT pg_current_snapshot()")


def _refuse_one_for_both(snapshots: dict[Name, psycopg.Connection[Any]]) -> None:
    if len({(one.info.host, one.info.port, one.info.dbname) for one in snapshots.values()}) == 1:
        raise BackupError("The portal and LiteLLM share one database. A backup needs one for each of them.")


def _contents(archive: zipfile.ZipFile, name: Name, connection: psycopg.Connection[Any], schema: str) -> Contents:
    tables = Tables(connection, schema)
    applied = portal_version(connection) if name == "portal" else litellm_version(connection, schema)
    return Contents(
        migrations=applied,
        tables={table: _table(archive, member(name, table), tables, table) for table in tables.names()},
        sequences=tables.sequences(),
    )


def _table(archive: zipfile.ZipFile, path: str, tables: Tables, table: str) -> Table:
    columns, total = tables.columns(table), hashlib.sha256()
    with archive.open(path, "w", force_zip64=True) as entry:

        def write(piece: bytes) -> None:
            total.update(piece)
            entry.write(piece)

        rows = tables.copy_out(table, columns, write)
    return Table(columns=columns, rows=rows, sha256=total.hexdigest())
