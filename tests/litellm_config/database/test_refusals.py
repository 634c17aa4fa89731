"""What the database refuses arrives as the exception that prisma-client-py has for it."""

from typing import Any

import pytest
from postgres_server import PostgresServer

pytestmark = pytest.mark.anyio


async def test_unique_violation(db: Any, prisma_module: Any) -> None:
    await db.litellm_usertable.create(data={"user_id": "u", "sso_user_id": "s"})

    with pytest.raises(prisma_module.errors.UniqueViolationError) as error:
        await db.litellm_usertable.create(data={"user_id": "v", "sso_user_id": "s"})
    assert error.value.code == "P2002"
    assert error.value.meta["target"] == ["sso_user_id"]
    with pytest.raises(prisma_module.errors.UniqueViolationError):
        await db.litellm_usertable.create_many(data=[{"user_id": "w"}, {"user_id": "u"}])


async def test_foreign_key_violation(db: Any, prisma_module: Any) -> None:
    with pytest.raises(prisma_module.errors.ForeignKeyViolationError) as error:
        await db.litellm_verificationtoken.create(data={"token": "t", "budget_id": "none"})

    assert error.value.code == "P2003"


async def test_missing_value(db: Any, prisma_module: Any) -> None:
    with pytest.raises(prisma_module.errors.MissingRequiredValueError):
        await db.litellm_budgettable.create(data={"max_budget": 1.0})


async def test_unknown_field(db: Any, prisma_module: Any) -> None:
    with pytest.raises(prisma_module.errors.FieldNotFoundError):
        await db.litellm_budgettable.find_many(where={"no_such_field": 1})


async def test_connecting_to_what_is_not_there(db: Any, prisma_module: Any) -> None:
    with pytest.raises(prisma_module.errors.RecordNotFoundError) as error:
        await db.litellm_verificationtoken.create(
            data={"token": "lonely", "litellm_budget_table": {"connect": {"budget_id": "none"}}}
        )

    assert error.value.code == "P2025"


async def test_missing_table(prisma_module: Any, postgres: PostgresServer, empty_database: str) -> None:
    client = prisma_module.Prisma(datasource={"url": postgres.url(empty_database)})
    await client.connect()
    with pytest.raises(prisma_module.errors.TableNotFoundError) as error:
        await client.litellm_usertable.find_first()
    await client.disconnect()

    assert error.value.table == "public.LiteLLM_UserTable"


async def test_raw_query_errors_say_what_postgres_said(db: Any, prisma_module: Any) -> None:
    """LiteLLM creates its views when it reads `does not exist` in the message."""
    with pytest.raises(prisma_module.errors.RawQueryError, match='relation "nothing" does not exist') as error:
        await db.query_raw("SELECT 1 FROM nothing")
    assert error.value.code == "P2010"
    assert error.value.meta["code"] == "42P01"
    with pytest.raises(prisma_module.errors.RawQueryError, match="already exists"):
        await db.execute_raw('CREATE TABLE "LiteLLM_Config" (id int)')
    with pytest.raises(prisma_module.errors.RawQueryError, match="division by zero"):
        await db.query_raw("SELECT 1 / 0")


async def test_failed_statement_of_a_batch_carries_its_code(db: Any, prisma_module: Any) -> None:
    """LiteLLM reads the SQLSTATE of a failed batch out of this text."""
    with pytest.raises(prisma_module.errors.DataError) as error:
        async with db.batch_() as batch:
            batch.execute_raw("SELECT 1 / 0")

    assert "22012" in str(error.value) or error.value.meta["code"] == "22012"


async def test_text_that_postgres_cannot_hold(db: Any, prisma_module: Any) -> None:
    """LiteLLM looks for a base DataError to find the one bad row of a batch."""
    with pytest.raises(prisma_module.errors.DataError, match="0x00") as error:
        await db.litellm_usertable.create(data={"user_id": "nul\x00"})

    assert type(error.value) is prisma_module.errors.DataError


async def test_missing_database_is_named(prisma_module: Any, postgres: PostgresServer) -> None:
    client = prisma_module.Prisma(datasource={"url": postgres.url("no_such_database")})
    await client.connect()
    with pytest.raises(prisma_module.errors.DataError, match="no_such_database") as error:
        await client.litellm_usertable.find_first()
    await client.disconnect()

    assert error.value.code == "P1003"
