import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What an operator puts in the place of a placeholder; anything else gets a password.
VALUES = {
    "REPLACE_ME_DOMAIN": "chat.example.org",
    "REPLACE_ME_REGISTRY": "ghcr.io/acme",
    "REPLACE_ME_EMAIL": "ada@example.org",
    "REPLACE_ME_MODEL_ENDPOINT": "inference.example.org",
    "REPLACE_ME_POSTGRES_HOST": "postgres.example.org",
    "REPLACE_ME_REDIS_HOST": "redis.example.org",
}


def fill_in(text: str) -> str:
    return re.sub(r"REPLACE_ME_[A-Z0-9_]+", lambda found: VALUES.get(found[0], f"secret{found[0].lower()}"), text)


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """The folder as an operator has it who filled everything in."""
    folder = shutil.copytree(ROOT / "deployment", tmp_path / "deployment", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "litellm_config").symlink_to(ROOT / "litellm_config")
    for example in folder.rglob("*.env.example"):
        example.rename(example.with_name(example.name.removesuffix(".example")))
    (folder / "compose.env").rename(folder / ".env")
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_text(fill_in(file.read_text()))
    return folder


@pytest.fixture
def check() -> Callable[..., tuple[int, str]]:
    """`portal check --deployment` as an operator types it: how it ends, and what it says."""

    def run(path: Path) -> tuple[int, str]:
        command = [sys.executable, "-m", "portal.cli", "check", "--deployment", str(path)]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return run
