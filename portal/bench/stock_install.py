"""LiteLLM as its manual installs it, in an environment of its own that is made once per version.

Nothing is added but what it does not start without: Prisma's client, generated as `litellm_config/database` does it.
All packages have the versions that ours have, so that LiteLLM's are compared and not those of its dependencies.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions, version
from pathlib import Path

from litellm_config.database import DatabaseSetupError, ensure_engine
from litellm_config.database.engine import PRISMA_CLI, ensure_installation
from litellm_config.database.packages import node_program
from portal.bench.errors import BenchFailed
from portal.bench.progress import Progress

OURS = "akashchat-portal"
LINES_OF_A_REASON = 5


def ensure_stock(folder: Path, progress: Progress) -> Path:
    """The environment's `bin`. Made in `folder` where it is missing, or of other versions than ours."""
    constraints = "".join(f"{name}=={number}\n" for name, number in _installed())
    made = folder / "litellm-as-installed"
    stamp = made / "versions.txt"
    if not stamp.exists() or stamp.read_text() != constraints:
        progress.say("installing LiteLLM to compare with, which is done once and takes two minutes")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        unfinished = made / "versions.txt.unfinished"
        unfinished.write_text(constraints)
        _make(made, unfinished)
        unfinished.rename(stamp)
    return made / "bin"


def _installed() -> list[tuple[str, str]]:
    found = {(one.metadata["Name"], one.version) for one in distributions()}
    return sorted(one for one in found if one[0] != OURS)


def _make(made: Path, constraints: Path) -> None:
    programs = made / "bin"
    packages = [f"litellm[proxy]=={version('litellm')}", f"prisma=={version('prisma')}"]
    _run([sys.executable, "-m", "venv", str(made)])
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--constraint", str(constraints), *packages])
    try:
        engine = str(ensure_engine(os.environ))
        node_packages = ensure_installation(os.environ)
    except DatabaseSetupError as error:
        raise BenchFailed(str(error)) from error
    schema = next(made.glob("lib/python*/site-packages/litellm_proxy_extras/schema.prisma"))
    environment = {
        **os.environ,
        "PATH": f"{programs}:{node_program().parent}:{os.environ.get('PATH', os.defpath)}",
        "PRISMA_QUERY_ENGINE_BINARY": engine,
        "PRISMA_SCHEMA_ENGINE_BINARY": engine,
        "PRISMA_CLI_QUERY_ENGINE_TYPE": "binary",
        "CHECKPOINT_DISABLE": "1",
    }
    _run([str(node_program()), str(node_packages / PRISMA_CLI), "generate", "--schema", str(schema)], environment)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)
        if done.returncode == 0:
            return
        output.seek(0)
        reason = "".join(output.readlines()[-LINES_OF_A_REASON:])
    raise BenchFailed(
        f"LiteLLM as installed cannot be had to compare with:\n{reason}"
        "Run it again with access to a package registry (pip's own settings are followed), or measure without it: "
        "--without-stock."
    )
