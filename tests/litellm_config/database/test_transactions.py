import asyncio
from datetime import timedelta
from typing import Any

import pytest
from postgres_server import PostgresServer

pytestmark = pytest.mark.anyio


async def names(db: Any) -> set[str]:
    return {row.tag_name for row in await db.litellm_tagtable.find_many()}


async def test_commit_keeps_and_failure_rolls_back(db: Any) -> None:
    async with db.tx() as transaction:
        await transaction.litellm_tagtable.create(data={"tag_name": "kept"})
        assert "kept" not in await names(db)
        assert "kept" in await names(transaction)
    with pytest.raises(KeyError):
        async with db.tx() as transaction:
            await transaction.litellm_tagtable.create(data={"tag_name": "undone"})
            raise KeyError

    assert await names(db) == {"kept"}


async def test_raw_queries_locks_and_batches_inside(db: Any) -> None:
    async with db.tx() as transaction:
        await transaction.query_raw("SELECT pg_advisory_xact_lock(hashtext($1)) IS NULL AS locked", "team")
        await transaction.execute_raw("SET LOCAL statement_timeout = 5000")
        async with transaction.batch_() as batch:
            batch.litellm_tagtable.create(data={"tag_name": "batched"})
        await transaction.execute_raw('UPDATE "LiteLLM_TagTable" SET spend = 1 WHERE tag_name = $1', "batched")

    assert (await db.litellm_tagtable.find_unique(where={"tag_name": "batched"})).spend == 1


async def test_failed_query_does_not_end_the_connection(db: Any, prisma_module: Any) -> None:
    """Far more often than there are connections in the pool."""
    for _ in range(12):
        with pytest.raises(prisma_module.errors.UniqueViolationError):
            async with db.tx() as transaction:
                await transaction.litellm_tagtable.create(data={"tag_name": "twice"})
                await transaction.litellm_tagtable.create(data={"tag_name": "twice"})

    assert "twice" not in await names(db)


async def test_time_out_rolls_back_and_says_so(db: Any, prisma_module: Any) -> None:
    transaction = await db.tx(timeout=timedelta(seconds=1)).start()
    await transaction.litellm_tagtable.create(data={"tag_name": "late"})
    await asyncio.sleep(1.2)

    with pytest.raises(prisma_module.errors.TransactionExpiredError):
        await transaction.litellm_tagtable.find_first()
    with pytest.raises(prisma_module.errors.TransactionError):
        async with db.tx(timeout=timedelta(milliseconds=200)) as transaction:
            await asyncio.sleep(0.5)
    assert "late" not in await names(db)


async def test_waits_no_longer_than_asked_and_loses_no_connection(
    db: Any, prisma_module: Any, postgres: PostgresServer, database_name: str
) -> None:
    running = [db.tx() for _ in range(4)]
    for manager in running:
        await manager.start()
    for _ in range(8):
        with pytest.raises(prisma_module.errors.TransactionError):
            await db.tx(max_wait=timedelta(milliseconds=50)).start()
    for manager in running:
        await manager.rollback()

    again = [db.tx() for _ in range(4)]
    for manager in again:
        await manager.start()
    for manager in again:
        await manager.commit()
    with postgres.connect() as connection:
        idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in%%'"
        assert connection.execute(idle, [database_name]).fetchone() == (0,)


async def test_many_at_once_share_the_pool(db: Any) -> None:
    async def add(number: int) -> None:
        async with db.tx(max_wait=timedelta(seconds=10), timeout=timedelta(seconds=10)) as transaction:
            await transaction.litellm_tagtable.create(data={"tag_name": f"many{number}"})

    await asyncio.gather(*(add(number) for number in range(20)))

    assert len([name for name in await names(db) if name.startswith("many")]) == 20


async def test_full_pool_is_named(prisma_module: Any, postgres: PostgresServer, database_name: str) -> None:
    client = prisma_module.Prisma(datasource={"url": postgres.url(database_name, connection_limit=1, pool_timeout=1)})
    await client.connect()
    async with client.tx(timeout=timedelta(seconds=10)):
        with pytest.raises(prisma_module.errors.DataError) as error:
            await client.litellm_tagtable.find_first()
    await client.disconnect()

    assert error.value.code == "P2024"
    assert "connection limit: 1" in str(error.value)
