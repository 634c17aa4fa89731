"""Brings the portal's database to this version; safe to run many times and from many places at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Connection, NullPool, create_engine, text

from portal.core.database import sqlalchemy_url

# Any number will do as long as every instance takes the same one.
ADVISORY_LOCK = 0x706F7274616C
# A change of a table waits for whoever uses it, and everybody else behind it; rather it fails and is tried again.
LOCK_TIMEOUT = "10s"
MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(folder: Path = MIGRATIONS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


def migrate(url: SecretStr, folder: Path = MIGRATIONS) -> bool:
    """Makes the database when it does not exist and runs every migration it lacks, all in one transaction.

    False: a newer version was here before, and everything is left as it is. This one goes on with that: a version only
    adds to what the one before it uses.
    """
    create_database(url.get_secret_value())
    config = alembic_config(folder)
    with _only_one(url, config) as connection:
        if _is_newer(connection, config):
            return False
        command.upgrade(config, "head")
    return True


def take_back(url: SecretStr, revision: str, folder: Path = MIGRATIONS) -> None:
    """Undoes all migrations after that one, and what was kept in their tables and columns is lost."""
    config = alembic_config(folder)
    with _only_one(url, config):
        command.downgrade(config, revision)


@contextmanager
def _only_one(url: SecretStr, config: Config) -> Iterator[Connection]:
    with create_engine(sqlalchemy_url(url), poolclass=NullPool).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        config.attributes["connection"] = connection
        yield connection


def _is_newer(connection: Connection, config: Config) -> bool:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return not known.issuperset(MigrationContext.configure(connection).get_current_heads())


def create_database(url: str) -> None:
    parts = urlsplit(url)
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(parts.path.lstrip("/"))))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return  # Another instance was faster.
