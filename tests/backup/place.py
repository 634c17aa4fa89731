import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from portal.backup.tables import HISTORIES, Tables
from portal.core.settings import Settings


@dataclass(frozen=True)
class Place:
    """Where a portal keeps what it keeps."""

    database_url: str
    litellm_database_url: str
    redis_url: str
    admin_key: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "LITELLM_DATABASE_URL": self.litellm_database_url,
            "REDIS_URL": self.redis_url,
            "LITELLM_ADMIN_KEY": self.admin_key,
        }

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url=self.database_url,
            litellm_database_url=self.litellm_database_url,
            redis_url=self.redis_url,
            litellm_admin_key=self.admin_key,
        )

    def portal(self, *arguments: str | Path, answer: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "portal.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=self.environment, input=answer, capture_output=True, text=True, check=False, timeout=300
        )

    def rows(self) -> dict[str, list[tuple]]:
        """Every row of every table of both databases."""
        return {
            f"{number}/{name}": rows
            for number, url in enumerate((self.database_url, self.litellm_database_url))
            for name, rows in rows_of(url).items()
        }


def rows_of(url: str) -> dict[str, list[tuple]]:
    with psycopg.connect(url) as connection:
        tables = Tables(connection, "public")
        return {
            name: connection.execute(
                sql.SQL("SELECT {0}.* FROM {0} ORDER BY {0}::text").format(sql.Identifier(name))
            ).fetchall()
            for name in tables.names()
            if name not in HISTORIES
        }
