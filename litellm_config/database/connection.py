"""Connections to the database that a Prisma connection string names."""

from contextlib import suppress
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql

from litellm_config.database.errors import DatabaseUnreachable

Connection = psycopg.Connection[tuple[object, ...]]

# Prisma's own parameters, such as connection_limit or schema, are an error to libpq.
LIBPQ_PARAMETERS = {"application_name", "connect_timeout", "host", "options", "port", "sslmode", "sslrootcert"}
MAINTENANCE_DATABASE = "postgres"


def connect(database_url: str) -> Connection:
    """Each statement on its own; the database is created if it is missing."""
    url = libpq_url(database_url)
    try:
        return open_connection(url)
    except psycopg.OperationalError:
        ensure_database(database_url)
        return open_connection(url)


def open_connection(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def ensure_database(database_url: str) -> None:
    name = database_name(database_url)
    with open_connection(libpq_url(database_url, MAINTENANCE_DATABASE)) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        # Another process may be faster.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def database_name(database_url: str) -> str:
    return urlsplit(database_url).path.removeprefix("/")


def prisma_schema(database_url: str) -> str:
    return dict(parse_qsl(urlsplit(database_url).query)).get("schema", "public")


def libpq_url(database_url: str, database: str | None = None) -> str:
    parts = urlsplit(database_url)
    parameters = [(name, value) for name, value in parse_qsl(parts.query) if name in LIBPQ_PARAMETERS]
    path = parts.path if database is None else f"/{database}"
    return parts._replace(path=path, query=urlencode(parameters, quote_via=quote)).geturl()


def unusable(database_url: str, error: psycopg.Error) -> DatabaseUnreachable:
    name = database_name(database_url)
    reason = str(error).strip().splitlines()[0].rstrip(".")
    return DatabaseUnreachable(
        f"The database {name} cannot be used: {reason}. "
        "Check that Postgres runs and that DATABASE_URL has the right host, port, user, password and name."
    )
