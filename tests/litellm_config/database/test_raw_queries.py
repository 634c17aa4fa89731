from datetime import UTC, datetime
from typing import Any

import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("sql", "parameters", "result"),
    [
        ("SELECT $1::text AS v", ['it\'s "quoted" $1 \\ 😀'], 'it\'s "quoted" $1 \\ 😀'),
        ("SELECT $1::int AS v", [-5], -5),
        ("SELECT $1::bigint AS v", [2**62], 2**62),
        ("SELECT $1::float8 AS v", [1e-07], 1e-07),
        ("SELECT $1::float8 AS v", [2], 2),
        ("SELECT $1::double precision + $2::double precision AS v", [0.1, 0.2], 0.1 + 0.2),
        ("SELECT $1::boolean AS v", [True], True),
        ("SELECT $1::text AS v", [None], None),
        ("SELECT $1::bigint IS NULL AS v", [None], True),
        ("SELECT $1::text[] AS v", [["a", 'b "c"', "{d}", ""]], ["a", 'b "c"', "{d}", ""]),
        ("SELECT 'b' = ANY($1) AS v", [["a", "b"]], True),
        ("SELECT $1::int[] AS v", [[1, 2]], [1, 2]),
        ("SELECT $1::text[] AS v", [[]], []),
        ("SELECT $1::jsonb AS v", ['{"a": [1, "x"]}'], {"a": [1, "x"]}),
        ("SELECT $1::jsonb AS v", [{"a": None}], {"a": None}),
        ("SELECT $1::json AS v", ["3"], 3),
        ("SELECT ($1::jsonb)->>'a' AS v", ['{"a": "x"}'], "x"),
        ("SELECT count(*) AS v FROM jsonb_to_recordset($1::jsonb) AS r(a text)", ['[{"a": "1"}, {"a": "2"}]'], 2),
        ("SELECT $1::timestamptz AS v", [datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)], "2026-01-02T03:04:05.678+00:00"),
        ("SELECT $1::timestamp AS v", ["2026-01-02T03:04:05"], "2026-01-02T03:04:05+00:00"),
        ("SELECT '2026-01-02 03:04:05-05'::timestamptz AS v", [], "2026-01-02T08:04:05+00:00"),
        ("SELECT $1::date AS v", ["2026-01-02"], "2026-01-02"),
        ("SELECT date_trunc('day', '2026-01-02 23:00:00-05'::timestamptz) AS v", [], "2026-01-03T00:00:00+00:00"),
        ("SELECT 12.50::numeric AS v", [], 12.5),
        ("SELECT NULL::jsonb AS v", [], None),
        ("SELECT ARRAY['{\"a\": 1}'::jsonb] AS v", [], [{"a": 1}]),
        ("SELECT 1 WHERE $1 = 'a'", ["b"], "no row"),
    ],
)
async def test_parameters_and_results(db: Any, sql: str, parameters: list[Any], result: Any) -> None:
    rows = await db.query_raw(sql, *parameters)

    assert (rows[0]["v"] if rows else "no row") == result


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        ("SELECT current_database()::name AS v", "test_raw_queries"),
        ("SELECT to_regclass('\"LiteLLM_UserTable\"') AS v", '"LiteLLM_UserTable"'),
        ("SELECT to_regclass('\"LiteLLM_UserTable\"') IS NOT NULL AS v", True),
        ("SELECT pg_advisory_xact_lock(1) AS v", ""),
        ("SELECT 'r'::\"char\" AS v", "r"),
        ("SELECT '1 day'::interval AS v", "1 day"),
        ("SELECT ARRAY['a'::name] AS v", ["a"]),
        ("SELECT 'INACTIVE'::\"JobStatus\" AS v", "INACTIVE"),
        ("SELECT ARRAY['INACTIVE']::\"JobStatus\"[] AS v", ["INACTIVE"]),
        ("SELECT 'now'::text AS v", "now"),
        ("SELECT '127.0.0.1'::inet AS v", "127.0.0.1"),
        ("SELECT int4range(1, 3) AS v", "[1,3)"),
    ],
)
async def test_columns_of_types_that_prisma_has_no_word_for(db: Any, sql: str, result: Any) -> None:
    (row,) = await db.query_raw(sql)

    assert row["v"] == result


async def test_what_litellm_asks_the_catalogue_at_start(db: Any) -> None:
    rows = await db.query_raw("""SELECT relname, reltuples::BIGINT FROM pg_class WHERE relname = 'LiteLLM_SpendLogs'""")
    await db.query_raw("SELECT * FROM pg_stat_activity LIMIT 1")
    await db.query_raw("SELECT * FROM information_schema.columns LIMIT 1")
    await db.query_raw("SELECT * FROM pg_index LIMIT 1")

    assert rows[0]["relname"] == "LiteLLM_SpendLogs"


async def test_execute_raw_counts_rows(db: Any) -> None:
    insert = 'INSERT INTO "LiteLLM_Config" (param_name, param_value) SELECT * FROM unnest($1::text[], $2::jsonb[])'

    assert await db.execute_raw(insert, ["a", "b"], ['{"x": 1}', "[]"]) == 2
    assert await db.execute_raw('DELETE FROM "LiteLLM_Config" WHERE param_name = $1', "nothing") == 0
    assert await db.execute_raw("CREATE TABLE made_by_hand (id int)") == 0


async def test_query_first(db: Any) -> None:
    assert await db.query_first("SELECT 1 AS one") == {"one": 1}


async def test_rows_as_models(db: Any, prisma_module: Any) -> None:
    await db.litellm_usertable.create(data={"user_id": "raw", "metadata": prisma_module.Json({"a": [1]})})

    (user,) = await db.query_raw(
        'SELECT * FROM "LiteLLM_UserTable" WHERE user_id = $1', "raw", model=prisma_module.models.LiteLLM_UserTable
    )

    assert user.metadata == {"a": [1]}
