"""OpenAI's package for Node, locked, beside the contract tests that are about it."""

import os
import shutil
import tempfile
from pathlib import Path

from litellm_config.database.npm import install_locked
from litellm_config.database.packages import only_one_process

SOURCES = Path(__file__).parent / "contract" / "node"


def openai_for_node() -> Path:
    """The folder `node_modules`, which stays, so that only the first run needs npm."""
    installed, wanted = SOURCES / "node_modules" / "package-lock.json", SOURCES / "package-lock.json"
    with only_one_process(Path(tempfile.gettempdir()) / "portal-contract-node.lock"):
        if not installed.exists() or installed.read_bytes() != wanted.read_bytes():
            install_locked(SOURCES, os.environ)
            shutil.copy(wanted, installed)
    return SOURCES / "node_modules"
