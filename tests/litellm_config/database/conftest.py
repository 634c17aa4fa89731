import gc
import itertools
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_process import EngineProcess
from postgres_server import PostgresServer, running_server

from litellm_config.database import ensure_client, ensure_engine, migrate

DATABASES = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def empty_database(postgres: PostgresServer) -> str:
    """The name of a database that exists and has nothing in it."""
    name = f"empty_{next(DATABASES)}"
    with postgres.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return name


@pytest.fixture(scope="session")
def engine_program() -> Path:
    return ensure_engine(os.environ)


@pytest.fixture
def start_engine(engine_program: Path, tmp_path: Path) -> Callable[[Path, str], EngineProcess]:
    """`with start_engine(schema, url) as engine:`"""
    numbers = itertools.count(1)

    def start(schema: Path, database_url: str) -> EngineProcess:
        return EngineProcess(engine_program, schema, database_url, tmp_path / f"engine-{next(numbers)}.log")

    return start


@pytest.fixture(scope="session")
def migrated_database(postgres: PostgresServer) -> str:
    """The name of a database with LiteLLM's tables, from which others are copied."""
    assert migrate(postgres.url("litellm")) > 0
    return "litellm"


@pytest.fixture(scope="session")
def prisma_module(engine_program: Path) -> Any:
    """Generated once, imported once: that takes seconds."""
    ensure_client(os.environ)
    os.environ["PRISMA_QUERY_ENGINE_BINARY"] = str(engine_program)
    import prisma

    # Its hundred thousands of objects stay to the end; pytest's collections need not walk them.
    gc.freeze()
    return prisma


@pytest.fixture(scope="module")
def database_name(postgres: PostgresServer, migrated_database: str, request: pytest.FixtureRequest) -> str:
    """A database with LiteLLM's tables for this module alone."""
    name = request.module.__name__.rpartition(".")[2]
    with postgres.connect() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_database}")
    return name


@pytest.fixture(scope="module")
async def db(prisma_module: Any, postgres: PostgresServer, database_name: str) -> AsyncIterator[Any]:
    """The generated client, connected to this module's database."""
    client = prisma_module.Prisma(datasource={"url": postgres.url(database_name, connection_limit=4, pool_timeout=5)})
    await client.connect()
    yield client
    await client.disconnect()


StartEngine = Callable[[Path, str], AbstractContextManager[EngineProcess]]
