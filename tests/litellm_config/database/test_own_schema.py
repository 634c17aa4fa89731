"""Kinds of columns that LiteLLM's schema lacks, and names that could be mistaken for Prisma's own words."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_process import EngineProcess, raw_query
from postgres_server import PostgresServer

SCHEMA = """
datasource client {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

generator client {
  provider = "prisma-client-py"
}

enum Colour {
  RED
  GREEN
}

model Thing {
  id      Int       @id @default(autoincrement())
  price   Decimal?  @db.Decimal(30, 10)
  prices  Decimal[]
  content Bytes?
  colour  Colour    @default(RED)
  colours Colour[]
  big     BigInt?
  bigs    BigInt[]
  at      DateTime? @db.Timestamptz(6)
  day     DateTime? @db.Date
  times   DateTime[]
  facts   Json[]
  exact   Float?
  flags   Boolean[]
  uuid    String?   @db.Uuid
  boxes   Box[]
}

// A brace } and a word in a comment, such as model Fake { no Json }, change nothing.
model Box {
  data    Json   @id @default("{}") // Json "quoted" }
  where   Json?
  create  Json?
  update  Json?
  thingId Int?
  thing   Thing? @relation(fields: [thingId], references: [id])
}
"""

TABLES = """
CREATE TYPE "Colour" AS ENUM ('RED', 'GREEN');
CREATE TABLE "Thing" (
    id serial PRIMARY KEY, price decimal(30, 10), prices decimal(65, 30)[], content bytea,
    colour "Colour" NOT NULL DEFAULT 'RED', colours "Colour"[], big bigint, bigs bigint[], at timestamptz(6), day date,
    times timestamp(3)[], facts jsonb[], exact double precision, flags boolean[], uuid uuid
);
CREATE TABLE "Box" (
    data jsonb PRIMARY KEY DEFAULT '{}', "where" jsonb, "create" jsonb, "update" jsonb,
    "thingId" int REFERENCES "Thing" (id)
);
"""


@pytest.fixture(scope="module")
def running_engine(
    engine_program: Path, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineProcess]:
    folder = tmp_path_factory.mktemp("own_schema")
    schema = folder / "schema.prisma"
    schema.write_text(SCHEMA)
    with postgres.connect() as connection:
        connection.execute("CREATE DATABASE own_schema")
    with postgres.connect("own_schema") as connection:
        connection.execute(TABLES)
    with EngineProcess(engine_program, schema, postgres.url("own_schema"), folder / "log") as engine:
        yield engine


@pytest.fixture
def engine(running_engine: EngineProcess) -> EngineProcess:
    """On empty tables."""
    running_engine.query(raw_query('TRUNCATE "Thing", "Box"', action="executeRaw"))
    return running_engine


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("price", '"12345678901234567890.0123456789"', "12345678901234567890.0123456789"),
        ("price", "0.1", "0.1"),
        ("price", "null", None),
        ("prices", '["1.5", "2"]', ["1.5", "2"]),
        (
            "content",
            json.dumps(base64.b64encode(bytes(range(256))).decode()),
            base64.b64encode(bytes(range(256))).decode(),
        ),
        ("colour", '"GREEN"', "GREEN"),
        ("colours", '["GREEN", "RED"]', ["GREEN", "RED"]),
        ("colours", "[]", []),
        ("big", str(2**63 - 1), str(2**63 - 1)),
        ("big", str(-(2**63)), str(-(2**63))),
        ("bigs", f"[1, {2**53 + 1}]", ["1", str(2**53 + 1)]),
        ("at", '"2026-01-02T03:04:05.123456+05:30"', "2026-01-01T21:34:05.123Z"),
        ("day", '"2026-01-02T00:00:00+00:00"', "2026-01-02T00:00:00.000Z"),
        ("times", '["2026-01-02T03:04:05.678+00:00"]', ["2026-01-02T03:04:05.678Z"]),
        ("facts", r'["{\"a\": 1}", "[2]"]', ['{"a":1}', "[2]"]),
        ("exact", "1e-300", 1e-300),
        ("exact", "0.123456789012345", 0.123456789012345),
        ("exact", "5", 5),
        ("flags", "[true, false]", [True, False]),
        ("uuid", '"7f3c4bb2-5a5f-4c36-9d0b-8f6c9e2f1a11"', "7f3c4bb2-5a5f-4c36-9d0b-8f6c9e2f1a11"),
    ],
)
def test_value_comes_back_as_it_was(engine: EngineProcess, field: str, written: str, read: Any) -> None:
    created = engine.query(f"mutation {{ result: createOneThing ( data: {{ {field}: {written} }} ) {{ id {field} }} }}")
    found = engine.query(f"query {{ result: findUniqueThing ( where: {{ id: {created['id']} }} ) {{ {field} }} }}")

    assert created[field] == read
    assert found[field] == read


def test_json_columns_with_prisma_s_own_words_for_names(engine: EngineProcess) -> None:
    values = " ".join(f'{name}: "{{\\"{name}\\": 1}}"' for name in ("data", "where", "create", "update"))
    created = engine.query(
        "mutation { result: createOneThing ( data: { boxes: { create: [ { VALUES } ] } } ) "
        "{ id boxes { data where create update } } }".replace("VALUES", values)
    )
    changed = engine.query(
        'mutation { result: upsertOneBox ( where: { data: "{\\"data\\": 1}" } create: { data: "1" } '
        'update: { where: "[1]" } ) { where thing { id } } }'
    )
    found = engine.query(
        'query { result: findManyBox ( where: { create: { path: ["create"] equals: "1" } } ) { data } }'
    )

    assert {name: json.loads(text) for name, text in created["boxes"][0].items()} == {
        name: {name: 1} for name in ("data", "where", "create", "update")
    }
    assert changed == {"where": "[1]", "thing": {"id": created["id"]}}
    assert len(found) == 1


def test_aggregates(engine: EngineProcess) -> None:
    for price in ("1.5", "2.5"):
        engine.query(f'mutation {{ result: createOneThing ( data: {{ price: "{price}" big: 4 }} ) {{ id }} }}')

    result = engine.query(
        "query { result: aggregateThing { _count { _all } _sum { price big } _avg { price } _min { price } _max { big } } }"
    )

    assert result["_count"] == {"_all": 2}
    assert result["_sum"] == {"price": "4", "big": "8"}
    assert (result["_avg"], result["_min"], result["_max"]) == ({"price": "2"}, {"price": "1.5"}, {"big": "4"})


@pytest.mark.parametrize(
    "graphql",
    [
        "this is not GraphQL {",
        "query { }",
        "query { result: inventThing { id } }",
        "query { result: findManyThing ( where: $x ) { id } }",
    ],
)
def test_unreadable_query_is_an_error_and_not_the_end(engine: EngineProcess, graphql: str) -> None:
    (error,) = engine.answer(graphql)["errors"]

    assert error["user_facing_error"]["error_code"] == "P2016"
    assert engine.query("query { result: findManyThing { id } }") == []


def test_one_failing_part_of_a_batch_without_transaction_leaves_the_others(engine: EngineProcess) -> None:
    good = {"query": "mutation { result: createOneThing ( data: { exact: 1 } ) { exact } }", "variables": {}}
    bad = {"query": "mutation { result: createOneThing ( data: { nothing: 1 } ) { exact } }", "variables": {}}

    first, second, third = engine.post("/", {"batch": [good, bad, good], "transaction": False})["batchResult"]

    assert first == third == {"data": {"result": {"exact": 1}}}
    assert second["errors"][0]["user_facing_error"]["error_code"] == "P2009"
