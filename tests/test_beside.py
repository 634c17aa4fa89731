"""Commands beside a running `portal up`, as somebody types them who has set no variable at all."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PASSWORD = "a quiet harbour at dawn"
HELP = "start the platform with `portal up` (`make up`), name its folder with --data-dir, or set DATABASE_URL"


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def portal(self, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal.cli", *arguments],
            check=False,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environment},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Terminal:
    """In a folder where nothing runs."""
    return Terminal(tmp_path)


@pytest.fixture
def terminal(platform, tmp_path: Path) -> Terminal:
    """In the folder in which `portal up` was started."""
    (tmp_path / ".portal").symlink_to(platform.data_dir)
    return Terminal(tmp_path)


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a `portal up` that has only just begun."""
    folder = tmp_path / "starting"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def test_an_account_is_made_beside_a_running_platform(terminal, visitor, address):
    email = f"beside-{address}@example.org"
    made = terminal.portal("accounts", "create", email, typed=f"{PASSWORD}\n")

    assert (made.returncode, made.stdout, made.stderr) == (0, f"{email} can sign in now.\n", "")
    assert visitor.post("/api/auth/login", json={"email": email, "password": PASSWORD}).status_code == 200
    assert terminal.portal("accounts", "make-operator", email).returncode == 0


def test_the_data_folder_may_be_named(elsewhere, platform, visitor, address):
    email = f"named-{address}@example.org"
    folder = str(platform.data_dir)

    made = elsewhere.portal("accounts", "create", email, "--data-dir", folder, typed=f"{PASSWORD}\n")

    assert (made.returncode, made.stderr) == (0, "")
    assert visitor.post("/api/auth/login", json={"email": email, "password": PASSWORD}).status_code == 200


def test_models_check_migrate_and_backup_find_it_too(terminal, tmp_path):
    listed = terminal.portal("models", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "sample-chat" in listed.stdout
    assert "left out" not in listed.stdout

    checked = terminal.portal("check")
    assert checked.returncode == 0
    assert "are fine" in checked.stdout
    assert "`portal up` makes them" not in checked.stdout

    assert terminal.portal("migrate").returncode == 0
    phrase = tmp_path / "phrase"
    phrase.write_text("a long enough passphrase")
    saved = terminal.portal("backup", "portal.backup", "--passphrase-file", str(phrase))
    assert saved.returncode == 0, saved.stderr
    assert (tmp_path / "portal.backup").stat().st_size > 1000


def test_what_is_set_wins(terminal):
    away = "postgresql://portal:very-secret@127.0.0.1:1/portal"
    done = terminal.portal("accounts", "make-operator", "ada@example.org", DATABASE_URL=away)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "There is no" not in done.stderr
    assert "very-secret" not in done.stderr


def test_where_nothing_runs_the_message_says_what_to_do(elsewhere):
    done = elsewhere.portal("accounts", "make-operator", "ada@example.org")

    assert done.returncode == 1
    assert "DATABASE_URL: is not set" in done.stderr
    assert f"Nothing runs on the data folder .portal: {HELP}" in done.stderr
    assert "--data-dir" not in elsewhere.portal("models", "list").stderr


@pytest.mark.parametrize("command", ["accounts make-operator ada@example.org", "models list", "check", "migrate"])
def test_a_folder_that_is_named_and_on_which_nothing_runs_is_said(elsewhere, command):
    done = elsewhere.portal(*command.split(), "--data-dir", "nowhere")

    assert done.returncode == 1
    assert f"Nothing runs on the data folder nowhere: {HELP}" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_killed_run_left_is_not_believed(elsewhere, tmp_path):
    folder = tmp_path / ".portal"
    folder.mkdir()
    (folder / "lock").write_text("4711")
    left = {"database_url": "postgresql://portal@127.0.0.1:1/portal", "admin_key_file": None}
    (folder / "run.json").write_text(json.dumps(left))

    done = elsewhere.portal("accounts", "make-operator", "ada@example.org")

    assert f"Nothing runs on the data folder .portal: {HELP}" in done.stderr


def test_while_it_starts_one_is_told_to_wait(elsewhere, starting):
    done = elsewhere.portal("accounts", "make-operator", "ada@example.org", "--data-dir", str(starting))

    assert done.returncode == 1
    assert f"`portal up` on {starting} is still starting: try again" in done.stderr
