"""Puts a backup back. Each database is replaced in one transaction, and neither where one of them fails.

The tables are made as they were in the version that wrote the backup, filled, and then brought to this version, so
that migrations meet the rows that they were written for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from litellm_config.database import migrate as migrate_litellm
from litellm_config.database.connection import ensure_database
from portal.backup.archive import Archive
from portal.backup.errors import CannotRead, InUse, NotEmpty, PartAway
from portal.backup.layout import lay_out_litellm, lay_out_portal, refuse_newer
from portal.backup.make import addresses, reason_of
from portal.backup.manifest import Manifest, Name
from portal.backup.tables import Tables
from portal.core.database import sqlalchemy_url
from portal.core.settings import Settings
from portal.models.migrate import create_database
from portal.models.migrate import migrate as migrate_portal

# What stays in Redis: who is signed in, and how often somebody did what is limited. All else comes back by itself, and
# some of it, LiteLLM's memory of keys and the chat's of answers, would say what is no longer so.
KEPT_IN_REDIS = ("portal:session:", "portal:sessions-of:", "LIMITS:")
KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class Target:
    """One database, in a transaction that is open. `lay_out` makes the tables of the backup's version."""

    name: Name
    connection: psycopg.Connection[Any]
    tables: Tables
    lay_out: Callable[[], None]


def restore(settings: Settings, archive: Archive, *, replace: bool) -> None:
    """Without `replace` only into databases in which there is no row."""
    refuse_newer(archive.manifest)
    with _told(), _redis(settings) as redis:
        redis.ping()
        with _targets(settings, archive.manifest) as targets:
            for target in targets:
                _refuse_others(target)
                if not replace:
                    _refuse_rows(target)
            for target in targets:
                _fill(target, archive)
        _forget(redis)
        migrate_portal(settings.database_url)
        migrate_litellm(settings.gateway_database_url.get_secret_value())


@contextmanager
def _targets(settings: Settings, manifest: Manifest) -> Iterator[list[Target]]:
    """Committed at the end, or not at all."""
    where = addresses(settings)
    create_database(settings.database_url.get_secret_value())
    ensure_database(settings.gateway_database_url.get_secret_value())
    engine = create_engine(sqlalchemy_url(settings.database_url), poolclass=NullPool)
    litellm_url, schema = where["litellm"]
    with psycopg.connect(litellm_url) as litellm, engine.begin() as portal:
        raw = portal.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)  # noqa: S101 - SQLAlchemy's type is wider
        yield [
            Target(
                "litellm",
                litellm,
                Tables(litellm, schema),
                lambda: lay_out_litellm(litellm, schema, manifest.litellm.migrations),
            ),
            Target(
                "portal",
                raw,
                Tables(raw, where["portal"][1]),
                lambda: lay_out_portal(portal, manifest.portal.migrations),
            ),
        ]


def _refuse_others(target: Target) -> None:
    """What they hold in memory, and are about to write, is of another time."""
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    )
    others = target.connection.execute(query).fetchone()
    if others and others[0]:
        raise InUse(
            f"{others[0]} connections to the database {target.connection.info.dbname} are open. "
            "Stop every portal and every gateway first."
        )


def _refuse_rows(target: Target) -> None:
    if table := target.tables.first_with_rows():
        raise NotEmpty(
            f"The database {target.connection.info.dbname} is not empty: there is something in {table}. "
            "To give up all that is in both databases, say --replace."
        )


def _fill(target: Target, archive: Archive) -> None:
    target.tables.drop_everything()
    target.lay_out()
    contents = archive.manifest.of(target.name)
    # In the order of the references between them, which the tables know now that they are there.
    names = target.tables.names()
    if strangers := contents.tables.keys() - set(names):
        raise CannotRead(f"The backup has tables that its version does not have: {', '.join(sorted(strangers))}.")
    with target.tables.as_they_were():
        for name in filter(contents.tables.get, names):
            said = contents.tables[name]
            with archive.open(target.name, name) as rows:
                if target.tables.copy_in(name, said.columns, rows.read) != said.rows:
                    raise CannotRead(f"Not every row of {name} could be read.")
    target.tables.set_sequences(contents.sequences)


@contextmanager
def _redis(settings: Settings) -> Iterator["Redis"]:
    redis = Redis.from_url(settings.redis_url.get_secret_value(), decode_responses=True, socket_connect_timeout=5)
    try:
        yield redis
    finally:
        redis.close()


def _forget(redis: "Redis") -> None:
    batch: list[str] = []
    for key in redis.scan_iter(count=KEYS_AT_ONCE):
        if not key.startswith(KEPT_IN_REDIS):
            batch.append(key)
        if len(batch) >= KEYS_AT_ONCE:
            redis.unlink(*batch)
            batch.clear()
    if batch:
        redis.unlink(*batch)


@contextmanager
def _told() -> Iterator[None]:
    """What others say, in words of ours and without addresses."""
    try:
        yield
    except RedisError as error:
        raise PartAway(f"Redis does not answer ({type(error).__name__}). Check REDIS_URL and start again.") from error
    except psycopg.Error as error:
        raise PartAway(f"The database can't be used: {reason_of(error)}") from error
    except SQLAlchemyError as error:
        raise PartAway(f"The database can't be used: {str(error).splitlines()[0]}") from error
