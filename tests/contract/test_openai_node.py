"""The official package for Node, unchanged, through the whole platform: the cases are in `node/cases.mjs`."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from litellm_config.database.packages import node_program, npm_script, with_our_programs

SOURCES = Path(__file__).parent / "node"
CASES = re.findall(r"^export async function (\w+)", (SOURCES / "cases.mjs").read_text(), re.MULTILINE)
SECONDS = 120


@pytest.fixture(scope="module")
def package() -> Path:
    """The folder with the locked package; it stays in `node_modules/`, so that only the first run needs npm."""
    installed, wanted = SOURCES / "node_modules" / "package-lock.json", SOURCES / "package-lock.json"
    if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
        command = [node_program(), npm_script(), "ci", "--ignore-scripts", "--loglevel=error"]
        environment = with_our_programs(os.environ)
        done = subprocess.run(command, cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        shutil.copy(wanted, installed)
    return SOURCES


@pytest.fixture(scope="module")
def outcomes(package: Path, api) -> dict[str, str | None]:
    environment = {"BASE_URL": api.base_url, "API_KEY": api.key}
    command = [node_program(), package / "run.mjs"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line["error"] for line in lines}


@pytest.mark.req("G1")
@pytest.mark.parametrize("name", CASES)
def test_node_package(outcomes: dict[str, str | None], name: str):
    assert outcomes[name] is None, outcomes[name]
