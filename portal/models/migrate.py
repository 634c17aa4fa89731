"""Brings the portal's database to this version; safe to run many times and from many places at once."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine, text

from portal.core.database import sqlalchemy_url

# Any number will do as long as every instance takes the same one.
ADVISORY_LOCK = 0x706F7274616C


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(url: SecretStr) -> None:
    """Makes the database when it does not exist and runs every migration it lacks, all in one transaction."""
    _create_database(url.get_secret_value())
    config = alembic_config()
    with create_engine(sqlalchemy_url(url), poolclass=NullPool).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _create_database(url: str) -> None:
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
