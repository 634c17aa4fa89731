"""Postgres' data folder: made once, checked before every start, freed from what a killed server left."""

import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.up.account import Account
from portal.up.data_dir import DataDir, write_private
from portal.up.errors import PartFailed
from portal.up.last_words import last_words
from portal.up.leftovers import end_leftovers
from portal.up.processes import Processes
from portal.up.program import Program

VERSION = "18"
SUPERUSER = "postgres"
SUPERUSER_SECRET = "postgres_superuser_password"  # noqa: S105 - the name of its file


@dataclass(frozen=True)
class Login:
    data: DataDir
    role: str = "portal"

    @property
    def password(self) -> str:
        return self.data.secret("postgres_password", secrets.token_hex)

    @property
    def superuser_secret_file(self) -> Path:
        return self.data.secret_file(SUPERUSER_SECRET)

    @property
    def superuser_password(self) -> str:
        return self.data.secret(SUPERUSER_SECRET, secrets.token_hex)


@dataclass(frozen=True)
class Cluster:
    data: DataDir
    executables: Path
    account: Account

    @property
    def folder(self) -> Path:
        return self.data.path / "postgres"

    @property
    def environment(self) -> Mapping[str, str]:
        """Not the terminal's: a PGPORT or PGDATA meant for another Postgres would reach this one."""
        return {"PATH": os.defpath, "LC_ALL": "C"}

    async def prepare(self, processes: Processes) -> None:
        if not self._exists():
            await self._make(processes)
            return
        self._check_version()
        self._own()
        if self._was_killed():
            # Backends outlive a killed postmaster until they notice, and hold its shared memory.
            await end_leftovers("postgres", self.folder, signal.SIGQUIT)
            # After a reboot the process id in it may be anybody's, and Postgres would refuse to start.
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _exists(self) -> bool:
        return self.folder.exists()

    def _was_killed(self) -> bool:
        return (self.folder / "postmaster.pid").exists()

    async def _make(self, processes: Processes) -> None:
        """Made aside and renamed, so that a start that is killed leaves no half of a cluster behind."""
        new = self.data.path / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        password_file = self.data.path / "postgres.password"
        write_private(password_file, Login(self.data).superuser_password)
        for path in (new, password_file):
            os.chown(path, self.account.uid, self.account.gid)
        log = self.data.log("postgres")
        command = (
            *(*self.account.prefix, str(self.executables / "initdb"), "-D", str(new)),
            *("--username", SUPERUSER, "--pwfile", str(password_file), "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-instructions",
        )
        try:
            code = await processes.run(Program(name="initdb", command=command, environment=self.environment, log=log))
        finally:
            password_file.unlink()
        if code != 0:
            raise PartFailed(f"postgres cannot make its data folder {self.folder}: {last_words(log)} (log: {log})")
        new.rename(self.folder)

    def _check_version(self) -> None:
        try:
            version = (self.folder / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise PartFailed(
                f"{self.folder} is not a data folder of Postgres, its file PG_VERSION cannot be read: "
                "restore a backup, or move the folder away to begin with an empty database."
            ) from error
        if version != VERSION:
            raise PartFailed(
                f"The database in {self.folder} was made by PostgreSQL {version}, and this is PostgreSQL {VERSION}: "
                "convert it with pg_upgrade, or move the folder away to begin with an empty database."
            )

    def _own(self) -> None:
        """A folder that was copied, or comes from another machine, may belong to somebody else: Postgres refuses it."""
        if os.geteuid() != 0 or self.folder.stat().st_uid == self.account.uid:
            return
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
