"""Postgres goes away and comes back; the engine stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import StartEngine
from engine_process import EngineProcess, raw_query
from postgres_server import PostgresServer, free_port, running_server
from waiting import wait_until

from litellm_config.database.packages import litellm_schema


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One that nobody else uses, to be stopped and started at will."""
    with running_server() as server:
        yield server


@pytest.fixture
def engine(server: PostgresServer, start_engine: StartEngine) -> Iterator[EngineProcess]:
    with start_engine(litellm_schema(), server.url("postgres", connection_limit=3, connect_timeout=2)) as engine:
        yield engine


def code(answer: dict[str, Any]) -> str:
    return answer["errors"][0]["user_facing_error"]["error_code"]


def test_dropped_connections_are_replaced_unnoticed(server: PostgresServer, engine: EngineProcess) -> None:
    engine.raw("SELECT 1 AS one")
    (dropped,) = server.drop_connections("postgres")
    wait_until(lambda: not Path(f"/proc/{dropped}").exists())

    assert engine.raw("SELECT 1 AS one") == [{"one": 1}]


def test_connection_that_dies_at_work_is_a_named_error(engine: EngineProcess) -> None:
    answer = engine.answer(raw_query("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert code(answer) == "P1017"
    assert engine.raw("SELECT 1 AS one") == [{"one": 1}]


def test_transaction_whose_connection_dies_fails_and_frees_its_place(engine: EngineProcess) -> None:
    for _ in range(4):
        transaction = engine.post("/transaction/start", {"timeout": 5000, "max_wait": 2000})["id"]
        assert code(engine.answer(raw_query("SELECT pg_terminate_backend(pg_backend_pid())"), transaction)) == "P1017"
        assert "errors" in engine.answer(raw_query("SELECT 1"), transaction)
        assert "errors" in engine.post(f"/transaction/{transaction}/commit", {})

    assert engine.raw("SELECT 1 AS one") == [{"one": 1}]


def test_restart_of_postgres(server: PostgresServer, engine: EngineProcess) -> None:
    engine.raw("SELECT 1 AS one")
    server.stop()
    try:
        answers = [engine.answer("query { result: findFirstLiteLLM_UserTable { user_id } }") for _ in range(5)]
        transaction = engine.post("/transaction/start", {"timeout": 5000, "max_wait": 2000})
    finally:
        server.start()

    assert {code(answer) for answer in answers} == {"P1001"}
    assert "Can't reach database server" in answers[0]["errors"][0]["error"]
    assert code(transaction) == "P1001"
    assert engine.raw("SELECT 1 AS one") == [{"one": 1}]


def test_engine_starts_without_postgres_and_finds_it_later(server: PostgresServer, start_engine: StartEngine) -> None:
    server.stop()
    try:
        with start_engine(litellm_schema(), server.url("postgres")) as engine:
            unavailable = engine.answer(raw_query("SELECT 1"))
            server.start()
            found = engine.raw("SELECT 1 AS one")
    except BaseException:
        server.start()
        raise

    assert code(unavailable) == "P1001"
    assert found == [{"one": 1}]


def test_wrong_password_says_so_and_does_not_show_it(
    server: PostgresServer, start_engine: StartEngine, tmp_path: Path
) -> None:
    with server.connect() as connection:
        connection.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        (configuration,) = connection.execute("SHOW hba_file").fetchone()
        Path(configuration).write_text("host all locked all scram-sha-256\nhost all all all trust\n")
        connection.execute("SELECT pg_reload_conf()")
    wait_until(lambda: asks_for_a_password(server))
    url = f"postgresql://locked:very-secret@127.0.0.1:{server.port}/postgres"
    with start_engine(litellm_schema(), url) as engine:
        answer = engine.answer(raw_query("SELECT $1 AS v", "private-value"))
        log = engine.log

    assert code(answer) == "P1000"
    assert 'code="P1000"' in log
    assert "very-secret" not in log + str(answer)
    assert "private-value" not in log


def asks_for_a_password(server: PostgresServer) -> bool:
    """It reads its rules a moment after it was told to."""
    try:
        psycopg.connect(f"postgresql://locked@127.0.0.1:{server.port}/postgres").close()
    except psycopg.OperationalError:
        return True
    return False


def test_nothing_listens_there(start_engine: StartEngine) -> None:
    with start_engine(litellm_schema(), f"postgresql://x@127.0.0.1:{free_port()}/x") as engine:
        assert code(engine.answer(raw_query("SELECT 1"))) == "P1001"
