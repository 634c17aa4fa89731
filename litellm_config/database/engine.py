"""Installs the query engine of `engine/` with npm, once per version of its sources and of its lock file.

An installation is a folder named after the hash of what it was made from. It appears by a rename when it is whole,
so a folder that exists needs no check and no network.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from litellm_config.database.errors import EngineNotFound, EngineNotInstalled
from litellm_config.database.npm import NpmFailed, install_locked
from litellm_config.database.packages import node_program, only_one_process

SOURCES = Path(__file__).parent / "engine"
LAUNCHER = "query-engine"
PRISMA_CLI = Path("node_modules") / "prisma" / "build" / "index.js"


def ensure_engine(environment: Mapping[str, str]) -> Path:
    """The program to which PRISMA_QUERY_ENGINE_BINARY is set: the one it already names, or ours."""
    given = environment.get("PRISMA_QUERY_ENGINE_BINARY")
    if not given:
        return ensure_installation(environment) / LAUNCHER
    if not Path(given).exists():
        message = f"PRISMA_QUERY_ENGINE_BINARY names {given}, which does not exist. Correct it, or leave it unset."
        raise EngineNotFound(message)
    return Path(given)


def ensure_installation(environment: Mapping[str, str]) -> Path:
    """The folder with the engine, its npm packages and the Prisma command line."""
    sources = sorted(path for path in SOURCES.iterdir() if path.is_file())
    folder = installations() / content_hash(sources)
    if folder.exists():
        return folder
    try:
        with only_one_process(installations() / ".lock"):
            if not folder.exists():
                install(sources, folder, environment)
    except OSError as error:
        message = f"The query engine of LiteLLM's database cannot be installed in {folder}: {error.strerror}."
        raise EngineNotInstalled(message) from error
    return folder


def installations() -> Path:
    return Path(sys.prefix) / "share" / "litellm-query-engine"


def content_hash(sources: list[Path]) -> str:
    total = hashlib.sha256()
    for source in sources:
        total.update(f"{source.name}:{hashlib.sha256(source.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:16]


def install(sources: list[Path], folder: Path, environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder.parent) as workplace:
        unfinished = Path(workplace) / "engine"
        unfinished.mkdir()
        for source in sources:
            shutil.copy(source, unfinished)
        run_npm(unfinished, folder, environment)
        write_launcher(unfinished, folder)
        unfinished.rename(folder)


def run_npm(unfinished: Path, folder: Path, environment: Mapping[str, str]) -> None:
    try:
        install_locked(unfinished, environment)
    except NpmFailed as error:
        message = (
            f"The query engine of LiteLLM's database is not installed: {error}. "
            "Do one of these: start once with access to an npm registry (npm's own settings, such as "
            "NPM_CONFIG_REGISTRY or HTTPS_PROXY, are followed); or copy the folder "
            f"{folder} from a machine of the same kind where it was installed; "
            "or set PRISMA_QUERY_ENGINE_BINARY to a native Prisma engine."
        )
        raise EngineNotInstalled(message) from error


def write_launcher(unfinished: Path, folder: Path) -> None:
    # A relative path, so that a copied folder works in another place.
    node = os.path.relpath(node_program(), folder)
    launcher = unfinished / LAUNCHER
    launcher.write_text(f'#!/bin/sh\nexec "${{0%/*}}/{node}" "${{0%/*}}/main.js" "$@"\n')
    launcher.chmod(0o755)
