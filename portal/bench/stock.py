"""LiteLLM as its manual says: `litellm --config`, one worker, Postgres for keys and spend, and nothing tuned."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import psycopg
from psycopg import sql

from litellm_config.database import ensure_engine, migrate
from litellm_config.database.engine import ensure_installation
from litellm_config.database.packages import node_program
from portal.bench import paced_endpoint
from portal.bench.errors import BenchFailed
from portal.bench.ours import ENTRY, MODELS, START_SECONDS, Platform, first_completion
from portal.bench.processes import HOST, free_port, running, wait_until

DATABASE = "stock"
SETTINGS = """\
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
"""


@dataclass(frozen=True)
class Stock:
    """`chat_seconds`: from the start of the command to the first completed chat."""

    chat_seconds: float
    url: str
    key: str
    master_key: str
    pid: int


@dataclass(frozen=True)
class Installed:
    """What a start needs that is made before: programs, configuration, database with LiteLLM's tables."""

    programs: Path
    config: Path
    folder: Path
    master_key: str

    def environment(self, database_url: str) -> dict[str, str]:
        engine = str(ensure_engine(os.environ))
        return {
            "PATH": f"{self.programs}:{node_program().parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.folder),
            "DATABASE_URL": database_url,
            "LITELLM_MASTER_KEY": self.master_key,
            "LITELLM_SALT_KEY": self.master_key,
            # Tables are made before, by the same migrations, and the list of prices is the one it ships:
            # a start that waits for the network would not be LiteLLM's.
            "DISABLE_SCHEMA_UPDATE": "true",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            # The same engine as ours. LiteLLM's command looks at the tables with Prisma's at every start, which would
            # be installed first; it is there already, and finds no engine for that, which LiteLLM lets pass.
            "PRISMA_QUERY_ENGINE_BINARY": engine,
            "PRISMA_SCHEMA_ENGINE_BINARY": engine,
            "PRISMA_BINARY_CACHE_DIR": str(ensure_installation(os.environ)),
        }


def configured(programs: Path, folder: Path, endpoint: str) -> Installed:
    config = folder / "stock.yaml"
    config.write_text(MODELS + ENTRY.format(model=paced_endpoint.MODEL, address=endpoint) + SETTINGS)
    return Installed(programs, config, folder, f"sk-{secrets.token_hex(16)}")


@contextmanager
def running_stock(installed: Installed, platform: Platform, known: Stock | None = None) -> Iterator[Stock]:
    """On the Postgres of the platform. With a `known` earlier start no other key is made."""
    database_url = _database(platform, installed.folder)
    port, log = free_port(), installed.folder / "stock.log"
    command = [str(installed.programs / "litellm"), "--config", str(installed.config), "--host", HOST]
    begun = time.perf_counter()
    with running(
        [*command, "--port", str(port), "--num_workers", "1"], log, installed.environment(database_url)
    ) as process:
        url = f"http://{HOST}:{port}"
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
            wait_until(lambda: _is_alive(http), process, START_SECONDS, log)
            key = known.key if known else _make_key(http, installed.master_key)
            wait_until(lambda: first_completion(http, "/v1", key), process, START_SECONDS, log)
        yield Stock(time.perf_counter() - begun, url, key, installed.master_key, process.pid)


def _database(platform: Platform, folder: Path) -> str:
    """One of its own in the same Postgres, made as the superuser that `portal up` has."""
    parts = urlsplit(platform.database_url)
    password = (folder / "data" / "secrets" / "postgres_superuser_password").read_text().strip()
    superuser = parts._replace(netloc=f"postgres:{quote(password)}@{parts.hostname}:{parts.port}", path="/postgres")
    with psycopg.connect(superuser.geturl(), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = sql.Identifier(DATABASE), sql.Identifier(parts.username or "")
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
    url = parts._replace(path=f"/{DATABASE}").geturl()
    migrate(url)
    return url


def _make_key(http: httpx.Client, master_key: str) -> str:
    """https://docs.litellm.ai/docs/proxy/virtual_keys"""
    headers = {"authorization": f"Bearer {master_key}"}
    user = http.post("/user/new", json={"user_id": "bench", "auto_create_key": False}, headers=headers)
    key = http.post("/key/generate", json={"user_id": "bench", "models": [paced_endpoint.MODEL]}, headers=headers)
    if not (user.is_success and key.is_success):
        raise BenchFailed(f"Stock LiteLLM makes no key: {user.text} {key.text}")
    return str(key.json()["key"])


def _is_alive(http: httpx.Client) -> bool:
    try:
        return http.get("/health/liveliness").is_success
    except httpx.TransportError:
        return False
