"""The scripts of others are put in place once, whole or not at all, and then without a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import portal

NO_NETWORK = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/"}


@pytest.fixture
def fresh_portal(tmp_path: Path) -> Path:
    """A copy of the portal as it was when it was cloned."""
    source = Path(portal.__file__).parent
    ignore = shutil.ignore_patterns("__pycache__", ".lock", ".unfinished-*")
    copy = shutil.copytree(source, tmp_path / "portal", ignore=ignore)
    shutil.rmtree(copy / "static" / "vendor")
    return tmp_path


def assets(fresh_portal: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "assets"],
        cwd=fresh_portal,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(fresh_portal), *filter(None, sys.path)]), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.req("C7")
def test_scripts_of_others_are_installed_once_and_then_without_network(fresh_portal: Path) -> None:
    vendor = fresh_portal / "portal" / "static" / "vendor"

    refused = assets(fresh_portal, NPM_CONFIG_CACHE=str(fresh_portal / "cache"), **NO_NETWORK)
    said = refused.communicate()[1]
    assert refused.returncode == 1
    assert "npm cannot reach its package registry (ECONNREFUSED)" in said
    assert "Run `portal assets` with access to an npm registry" in said
    assert not vendor.exists()

    # Two at once: one installs, the other waits for it.
    both = [assets(fresh_portal) for _ in range(2)]
    assert [(one.communicate()[1], one.returncode) for one in both] == [("", 0), ("", 0)]
    assert {"marked.js", "purify.js", "katex.js", "highlight.js"} <= {file.name for file in vendor.iterdir()}
    assert (vendor / "purify.LICENSE.txt").read_text()

    offline = assets(fresh_portal, NPM_CONFIG_CACHE=str(fresh_portal / "cache"), **NO_NETWORK)
    assert (offline.communicate()[1], offline.returncode) == ("", 0)
