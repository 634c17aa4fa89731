"""The official package for Node, unchanged, through the whole platform: the cases are in `node/cases.mjs`."""

import json
import re
import subprocess

import pytest
from node_package import SOURCES, openai_for_node

from litellm_config.database.packages import node_program

CASES = re.findall(r"^export async function (\w+)", (SOURCES / "cases.mjs").read_text(), re.MULTILINE)
SECONDS = 120


@pytest.fixture(scope="module")
def outcomes(api) -> dict[str, str | None]:
    openai_for_node()
    environment = {"BASE_URL": api.base_url, "API_KEY": api.key}
    command = [node_program(), SOURCES / "run.mjs"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line["error"] for line in lines}


@pytest.mark.req("G1")
@pytest.mark.parametrize("name", CASES)
def test_node_package(outcomes: dict[str, str | None], name: str):
    assert outcomes[name] is None, outcomes[name]
