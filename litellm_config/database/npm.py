"""npm of the Python package that brings Node, for what is locked in a `package-lock.json`."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from litellm_config.database.packages import node_program, npm_script, with_our_programs

NETWORK_ERRORS = (
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "ERR_SOCKET_TIMEOUT",
    "ETIMEDOUT",
)


class NpmFailed(Exception):
    """Its message says why, in words that go on after a colon."""


def install_locked(folder: Path, environment: Mapping[str, str]) -> None:
    """Makes `node_modules` of the lock file in the folder; raises NpmFailed."""
    # Install scripts would run, and download, what the lock file does not name.
    command = ["ci", "--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--loglevel=error"]
    done = subprocess.run(
        [node_program(), npm_script(), *command],
        cwd=folder,
        env=with_our_programs(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NpmFailed(_reason(done.stderr))


def _reason(npm_output: str) -> str:
    found = re.search(r"npm (?:error|ERR!) code (\S+)", npm_output)
    code = found.group(1) if found else "unknown"
    return f"npm cannot reach its package registry ({code})" if code in NETWORK_ERRORS else f"npm refused ({code})"
