"""The engine as a program: its version, its beginning and its end."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import StartEngine
from engine_process import raw_query
from postgres_server import PostgresServer, free_port

from litellm_config.database.packages import litellm_schema


def test_version_is_the_one_that_prisma_client_py_expects(engine_program: Path) -> None:
    done = subprocess.run([engine_program, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout == "query-engine 393aa359c9ad4a4bb28630fb5613f9c281cde053\n"


def test_status_and_metrics(start_engine: StartEngine, postgres: PostgresServer) -> None:
    with start_engine(litellm_schema(), postgres.url("postgres")) as engine:
        assert engine.get("/metrics?format=json").json() == {"counters": [], "gauges": [], "histograms": []}
        assert engine.get("/metrics?format=prometheus").text == ""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_and_its_connections(
    start_engine: StartEngine, postgres: PostgresServer, empty_database: str, how: signal.Signals
) -> None:
    with start_engine(litellm_schema(), postgres.url(empty_database)) as engine:
        engine.raw("SELECT 1")
        assert engine.stop(how) == 0

    wait_for_no_connections(postgres, empty_database)


def test_parent_killed_without_a_word(
    engine_program: Path, postgres: PostgresServer, empty_database: str, tmp_path: Path
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from engine_process import EngineProcess\n"
        "engine = EngineProcess(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))\n"
        "engine.wait_until_ready()\n"
        "engine.raw('SELECT 1')\n"
        "print(engine.process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    arguments = [
        Path(__file__).parent,
        engine_program,
        litellm_schema(),
        postgres.url(empty_database),
        tmp_path / "log",
    ]
    with subprocess.Popen([sys.executable, script, *arguments], stdout=subprocess.PIPE, text=True) as parent:
        engine = int(parent.stdout.readline())
        assert Path(f"/proc/{engine}/comm").read_text() == "query-engine\n"
        parent.kill()

    deadline = time.monotonic() + 60
    while is_running(engine):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_for_no_connections(postgres, empty_database)


def test_taken_port_is_said_in_one_line(
    engine_program: Path, start_engine: StartEngine, postgres: PostgresServer
) -> None:
    with start_engine(litellm_schema(), postgres.url("postgres")) as engine:
        environment = {"PRISMA_DML_PATH": str(litellm_schema()), "DATABASE_URL": postgres.url("postgres")}
        command = [engine_program, "-p", str(engine.port)]
        second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert second.returncode == 1
    assert second.stderr.startswith("query-engine: engine.not_started")
    assert second.stderr.count("\n") == 1


@pytest.mark.parametrize("url", ["", "postgresql://user:very-secret@[/x"])
def test_unusable_address_is_said_without_showing_it(engine_program: Path, url: str) -> None:
    environment = {"PRISMA_DML_PATH": str(litellm_schema()), "DATABASE_URL": url}
    command = [engine_program, "-p", str(free_port())]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert "DATABASE_URL" in done.stderr
    assert "very-secret" not in done.stderr


def test_schema_socket_and_overridden_address(
    start_engine: StartEngine, postgres: PostgresServer, empty_database: str
) -> None:
    with postgres.connect(empty_database) as connection:
        connection.execute('CREATE SCHEMA "Other"; CREATE TABLE "Other".here (id int)')
    url = postgres.socket_url(empty_database) + "&schema=Other&application_name=mine"
    with start_engine(litellm_schema(), url) as engine:
        assert engine.raw("SELECT count(*) AS n FROM here") == [{"n": "0"}]
        assert engine.raw("SELECT current_setting('application_name') AS name") == [{"name": "mine"}]


def test_values_are_never_logged(start_engine: StartEngine, postgres: PostgresServer) -> None:
    with start_engine(litellm_schema(), postgres.url("postgres")) as engine:
        engine.answer(raw_query("SELECT private_value", "private-value"))
        engine.answer(
            'mutation { result: createOneLiteLLM_Config ( data: { param_name: "private-value" } ) { param_name } }'
        )
        engine.answer('mutation { result: "private-value" }')
        log = engine.log

    assert "query.unreadable" in log
    assert "private" not in log


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for_no_connections(postgres: PostgresServer, database: str) -> None:
    deadline = time.monotonic() + 60
    with postgres.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        while connection.execute(query, [database]).fetchone() != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
