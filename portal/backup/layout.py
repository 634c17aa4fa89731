"""The tables of a certain version, made in the caller's transaction; and which version a database has."""

from collections.abc import Sequence
from typing import Any

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from litellm_config.database.history import read_history
from litellm_config.database.migrations import lay_out, migration_folder, shipped_migrations
from portal.backup.errors import FromNewerVersion, PartAway
from portal.backup.manifest import Manifest
from portal.models.migrate import alembic_config


def portal_version(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    try:
        return tuple(name for (name,) in connection.execute("SELECT version_num FROM alembic_version").fetchall())
    except psycopg.errors.UndefinedTable as error:
        raise PartAway("The portal's database has no tables. Run `portal migrate` first.") from error


def litellm_version(connection: psycopg.Connection[Any], schema: str) -> tuple[str, ...]:
    history = read_history(connection, schema)
    if history is None:
        raise PartAway("LiteLLM's database has no tables. Run `portal migrate` first.")
    if unfinished := [entry.name for entry in history if not entry.is_finished]:
        raise PartAway(f"LiteLLM's migration {unfinished[0]} has not ended. Run `portal migrate` first.")
    return tuple(sorted(entry.name for entry in history))


def refuse_newer(manifest: Manifest) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if not known.issuperset(manifest.portal.migrations):
        raise FromNewerVersion(
            f"This backup was made by a newer portal ({manifest.portal_version}). Restore it with that version."
        )
    shipped = {migration.name for migration in shipped_migrations(migration_folder())}
    if not shipped.issuperset(manifest.litellm.migrations):
        raise FromNewerVersion(
            f"This backup was made with another LiteLLM ({manifest.litellm_version}), whose tables the installed one "
            "does not know. Restore it with that version, and upgrade afterwards."
        )


def lay_out_portal(connection: Connection, version: Sequence[str]) -> None:
    config = alembic_config()
    config.attributes["connection"] = connection
    for revision in version:
        command.upgrade(config, revision)


def lay_out_litellm(connection: psycopg.Connection[Any], schema: str, version: Sequence[str]) -> None:
    lay_out(connection, schema, shipped_migrations(migration_folder()), frozenset(version))
