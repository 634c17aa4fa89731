import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from portal.core.database import Database


@pytest.mark.req("A3")
async def test_connections_that_postgres_has_ended_are_replaced_and_nobody_notices(platform):
    database = Database(SecretStr(platform.database_url))
    backend = text("SELECT pg_backend_pid()")
    try:
        async with database.transaction() as one, database.transaction() as other:
            pids = {await one.scalar(backend), await other.scalar(backend)}
        with psycopg.connect(platform.database_url, autocommit=True) as ending:
            for pid in pids:
                ending.execute("SELECT pg_terminate_backend(%s, 60000)", [pid])
        async with database.transaction() as one, database.transaction() as other:
            assert pids.isdisjoint({await one.scalar(backend), await other.scalar(backend)})
    finally:
        await database.close()
