"""Generates Prisma's Python client from LiteLLM's schema, once per schema.

The generated files go into the installed `prisma` package, where LiteLLM imports them. A stamp beside them is removed
before and written after, so a client is believed to be whole only when it is.
"""

import hashlib
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from litellm_config.database import client_types
from litellm_config.database.engine import PRISMA_CLI, ensure_engine, ensure_installation
from litellm_config.database.errors import ClientNotGenerated
from litellm_config.database.packages import (
    litellm_schema,
    node_program,
    only_one_process,
    package_folder,
    with_our_programs,
)

# LiteLLM takes and replaces the engine, to watch it and to start another, by the attribute that it was up to prisma
# 0.11. Without it LiteLLM recovers from the first loss of its engine but not from the second.
ENGINE_ATTRIBUTE = """

def _set_engine(client, engine):
    client._internal_engine = engine


Prisma._Prisma__engine = property(lambda client: client._internal_engine, _set_engine)
"""


def ensure_client(environment: Mapping[str, str]) -> None:
    schema = litellm_schema()
    package = package_folder("prisma")
    if is_in_place(package, schema, environment):
        return
    try:
        with only_one_process(package / ".litellm-client.lock"):
            if not is_whole(package, schema, environment):
                write_client(package, schema, environment)
            if not client_types.are_aside(package):
                client_types.set_aside(package)
            client_types.compile_the_rest(package)
    except OSError as error:
        message = f"Prisma's Python client cannot be written to {package}: {error.strerror}."
        raise ClientNotGenerated(message) from error


def write_client(package: Path, schema: Path, environment: Mapping[str, str]) -> None:
    module = package / "client.py"
    stamp(package).unlink(missing_ok=True)
    # The generator imports the package, which takes seconds with an old client in it.
    module.unlink(missing_ok=True)
    generate(schema, environment)
    module.write_text(module.read_text() + ENGINE_ATTRIBUTE)
    stamp(package).write_text(fingerprint(schema))


def is_in_place(package: Path, schema: Path, environment: Mapping[str, str]) -> bool:
    if not is_whole(package, schema, environment):
        return False
    # A client that is not ours is left as it is.
    return client_types.are_aside(package) or not stamp(package).exists()


def is_whole(package: Path, schema: Path, environment: Mapping[str, str]) -> bool:
    if stamp(package).exists():
        return stamp(package).read_text() == fingerprint(schema)
    # LiteLLM's official image brings a native engine and, without our stamp, the client that belongs to it.
    packaged = package / "schema.prisma"
    is_native = bool(environment.get("PRISMA_QUERY_ENGINE_BINARY"))
    return is_native and packaged.exists() and tables(packaged) == tables(schema)


def tables(schema: Path) -> str:
    """What it says, without comments and spaces: Prisma packages what it has formatted."""
    return re.sub(r'("[^"\n]*")|//[^\n]*|\s+', r"\1", schema.read_text())


def stamp(package: Path) -> Path:
    return package / ".litellm-client"


def fingerprint(schema: Path) -> str:
    return hashlib.sha256(schema.read_bytes() + ENGINE_ATTRIBUTE.encode()).hexdigest()


def generate(schema: Path, environment: Mapping[str, str]) -> None:
    engine = str(ensure_engine(environment))
    done = subprocess.run(
        [node_program(), ensure_installation(environment) / PRISMA_CLI, "generate", "--schema", schema],
        env={
            **with_our_programs(environment),
            # The command line asks both for their version, and uses neither.
            "PRISMA_QUERY_ENGINE_BINARY": engine,
            "PRISMA_SCHEMA_ENGINE_BINARY": engine,
            "PRISMA_CLI_QUERY_ENGINE_TYPE": "binary",
            "PRISMA_HIDE_UPDATE_MESSAGE": "true",
            "CHECKPOINT_DISABLE": "1",
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        # The validator heads its output with a line about itself; the mistake follows `error:`.
        mistakes = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        reason = next(iter(mistakes or lines), f"exit code {done.returncode}").rstrip(".")
        message = (
            f"Prisma could not generate its Python client from {schema}: {reason}. "
            "Check that the installed packages are the locked ones and that their folder can be written."
        )
        raise ClientNotGenerated(message)
