"""A whole platform of one of the two environments, in a folder of its own."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from deployment.upgrade.environment import Environment
from portal.bench.errors import BenchFailed
from portal.bench.ours import SETTINGS
from portal.bench.processes import running, wait_until
from portal.up.postgres_cluster import SUPERUSER, SUPERUSER_SECRET

START_SECONDS = 300
REDIS_OF_THE_COPY = "/5"


@dataclass(frozen=True)
class Place:
    """Where a portal keeps what it keeps."""

    database_url: str
    litellm_database_url: str
    redis_url: str
    admin_key: str
    portal_url: str = ""

    @property
    def settings(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "LITELLM_DATABASE_URL": self.litellm_database_url,
            "REDIS_URL": self.redis_url,
            "LITELLM_ADMIN_KEY": self.admin_key,
        }


def environment_of(place: Place | None = None) -> dict[str, str]:
    """Nothing that is set for another installation."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    return others | (place.settings if place else {})


@contextmanager
def running_platform(environment: Environment, folder: Path, given: Place | None = None) -> Iterator[Place]:
    """`given`: its databases and its key are used, and only what is missing is started."""
    folder.mkdir(parents=True)
    run_file, log = folder / "data" / "run.json", folder / "up.log"
    command = [str(environment.python), "-m", "portal.cli", "up", "--data-dir", str(folder / "data"), "--port", "0"]
    with running(command, log, environment_of(given)) as process:
        try:
            wait_until(run_file.exists, process, START_SECONDS, log)
        except BenchFailed as failed:
            raise BenchFailed(f"The platform of {environment.python} does not start. {failed}") from failed
        run = json.loads(run_file.read_text())
        if given:
            yield replace(given, portal_url=run["portal_url"])
        else:
            yield Place(
                database_url=run["database_url"],
                litellm_database_url=urlsplit(run["database_url"])._replace(path="/litellm").geturl(),
                redis_url=run["redis_url"],
                admin_key=Path(run["admin_key_file"]).read_text().strip(),
                portal_url=run["portal_url"],
            )


def empty_beside(place: Place, folder: Path) -> Place:
    """Databases that do not exist yet, on the servers of that platform."""
    password = (folder / "data" / "secrets" / SUPERUSER_SECRET).read_text().strip()
    address = urlsplit(place.database_url)
    server = address._replace(netloc=f"{SUPERUSER}:{password}@{address.hostname}:{address.port}")
    return replace(
        place,
        database_url=server._replace(path="/rehearsal").geturl(),
        litellm_database_url=server._replace(path="/rehearsal_litellm").geturl(),
        redis_url=urlsplit(place.redis_url)._replace(path=REDIS_OF_THE_COPY).geturl(),
    )
