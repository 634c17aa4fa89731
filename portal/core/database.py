"""Postgres: one engine per process, one session per unit of work."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from pydantic import SecretStr
from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection, event
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.core.errors import Unavailable

CONNECT_TIMEOUT_SECONDS = 3
MOST_MORE = 10
# For `with_for_update`: FOR NO KEY UPDATE. One at a time may change the row, and what refers to it is still written, so
# that an event about a person never waits for the one who waits for it.
ROW_LOCK = {"key_share": True}


def sqlalchemy_url(url: SecretStr) -> str:
    return "postgresql+psycopg://" + url.get_secret_value().split("://", 1)[1]


class WatchedPool(AsyncAdaptedQueuePool):
    """`waiting`: how many ask for a connection and have none yet."""

    waiting = 0

    def connect(self) -> PoolProxiedConnection:
        self.waiting += 1
        try:
            return super().connect()
        finally:
            self.waiting -= 1


class Database:
    def __init__(self, url: SecretStr, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            poolclass=WatchedPool,
            pool_size=pool_size,
            max_overflow=MOST_MORE,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS},
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_dead)
        self.most_connections = pool_size + MOST_MORE
        self._sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One session and one transaction: committed at the end, rolled back on an error."""
        try:
            async with self._sessions() as session, session.begin():
                yield session
        except (OperationalError, InterfaceError) as error:
            raise Unavailable("postgres", "Our database is not available. Please try again in a moment.") from error

    @property
    def used(self) -> int:
        return self._pool.checkedout()

    @property
    def waiting(self) -> int:
        return self._pool.waiting

    @property
    def _pool(self) -> WatchedPool:
        return cast("WatchedPool", self.engine.pool)

    async def close(self) -> None:
        await self.engine.dispose()


def _refuse_dead(connection: Any, *_: object) -> None:
    """A connection that Postgres has ended has that to read, where one at rest has nothing; asking Postgres itself, as
    `pool_pre_ping` does, would cost every transaction a way there and back.

    https://docs.sqlalchemy.org/en/20/core/pooling.html#custom-legacy-pessimistic-ping
    """
    driver = connection.driver_connection
    if driver.closed or _has_something_to_read(driver.fileno()):
        raise InvalidatePoolError


def _has_something_to_read(fileno: int) -> bool:
    poll = select.poll()
    poll.register(fileno, select.POLLIN)
    return bool(poll.poll(0))
