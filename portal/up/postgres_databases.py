"""The role and the databases inside a running Postgres.

Only a password opens it, also for its superuser. The portal and LiteLLM log in as a role that owns its two databases
and may do nothing else.
"""

from typing import LiteralString

import psycopg
from psycopg import AsyncConnection, sql

from portal.up.errors import PartFailed
from portal.up.ports import HOST
from portal.up.postgres_cluster import SUPERUSER, Login

DATABASES = ("portal", "litellm")


async def make_databases(login: Login, port: int) -> bool:
    """Whether Postgres lets us in; if it does, role and databases exist from here on."""
    try:
        async with await _connect(login, port) as connection:
            await _make_role(connection, login)
            await _make_missing(connection, login.role)
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise PartFailed(
                f"The password in {login.superuser_secret_file} does not open the database: "
                "restore the folder `secrets` that belongs to it."
            ) from error
        return False
    except psycopg.Error as error:
        raise PartFailed(f"Postgres refuses to make the databases: {error}") from error
    return True


async def _connect(login: Login, port: int) -> AsyncConnection:
    return await AsyncConnection.connect(
        host=HOST,
        port=port,
        user=SUPERUSER,
        password=login.superuser_password,
        dbname="postgres",
        connect_timeout=5,
        sslmode="disable",
        gssencmode="disable",
        autocommit=True,
    )


async def _make_role(connection: AsyncConnection, login: Login) -> None:
    role = sql.Identifier(login.role)
    if login.role not in await _names(connection, "SELECT rolname FROM pg_roles"):
        await connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    # Hashed here, so that no log of a failing statement can carry the password.
    hashed = connection.pgconn.encrypt_password(login.password.encode(), login.role.encode(), b"scram-sha-256")
    await connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(hashed.decode())))


async def _make_missing(connection: AsyncConnection, owner: str) -> None:
    there = await _names(connection, "SELECT datname FROM pg_database")
    for name in DATABASES:
        if name not in there:
            create = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
            await connection.execute(create)


async def _names(connection: AsyncConnection, query: LiteralString) -> set[str]:
    cursor = await connection.execute(query)
    return {name for (name,) in await cursor.fetchall()}
