"""OpenAI's package for Node, locked, beside the contract tests that are about it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from litellm_config.database.packages import node_program, npm_script, only_one_process, with_our_programs

SOURCES = Path(__file__).parent / "contract" / "node"


def openai_for_node() -> Path:
    """The folder `node_modules`, which stays, so that only the first run needs npm."""
    installed, wanted = SOURCES / "node_modules" / "package-lock.json", SOURCES / "package-lock.json"
    with only_one_process(Path(tempfile.gettempdir()) / "portal-contract-node.lock"):
        if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
            command = [node_program(), npm_script(), "ci", "--ignore-scripts", "--loglevel=error"]
            done = subprocess.run(
                command, cwd=SOURCES, env=with_our_programs(os.environ), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            shutil.copy(wanted, installed)
    return SOURCES / "node_modules"
