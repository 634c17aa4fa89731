"""The engine and the client are put in place once, whole or not at all, and then without a network."""

import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

import pytest

from litellm_config.database import client_types, ensure_client, ensure_engine, errors
from litellm_config.database.client import is_whole
from litellm_config.database.packages import litellm_schema, package_folder

ENGINE = "import os; from litellm_config.database import ensure_engine; print(ensure_engine(os.environ))"
CLIENT = "import os; from litellm_config.database import ensure_client; ensure_client(os.environ)"
NO_NETWORK = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/"}
PATHS = os.pathsep.join(path for path in sys.path if path)


def start(python: str | Path, script: str, **environment: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if name != "PRISMA_QUERY_ENGINE_BINARY"}
    return subprocess.Popen(
        [python, "-c", script],
        env={**env, "PYTHONPATH": PATHS, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def fresh_python(tmp_path: Path) -> Path:
    """A Python whose environment has no engine yet, with the packages of this one."""
    venv.create(tmp_path / "venv", with_pip=False)
    return tmp_path / "venv" / "bin" / "python"


def test_engine_is_installed_once_and_then_without_network(fresh_python: Path, tmp_path: Path) -> None:
    cache = str(tmp_path / "npm-cache")
    refused = start(fresh_python, ENGINE, NPM_CONFIG_CACHE=cache, **NO_NETWORK).communicate()
    # Two at once: one installs, the other waits for it.
    both = [start(fresh_python, ENGINE) for _ in range(2)]
    installed = {process.communicate() for process in both}
    offline = start(fresh_python, ENGINE, NPM_CONFIG_CACHE=cache, **NO_NETWORK).communicate()

    assert "EngineNotInstalled" in refused[1]
    assert "npm cannot reach its package registry (ECONNREFUSED)" in refused[1]
    assert installed == {offline}
    program = Path(offline[0].strip())
    assert offline[1] == ""
    assert [path.name for path in program.parent.parent.iterdir() if path.is_dir()] == [program.parent.name]
    assert b"query-engine 393aa359" in subprocess.check_output([program, "--version"])


def test_given_engine_is_used(tmp_path: Path) -> None:
    native = tmp_path / "native"
    native.touch()

    assert ensure_engine({"PRISMA_QUERY_ENGINE_BINARY": str(native)}) == native
    with pytest.raises(errors.EngineNotFound, match="no-such-file"):
        ensure_engine({"PRISMA_QUERY_ENGINE_BINARY": "/no-such-file"})


@pytest.mark.req("A5")
def test_the_client_of_litellms_own_image_is_used(tmp_path: Path) -> None:
    """It belongs to the native engine there, has no stamp of ours, and packages what Prisma has formatted."""
    ensure_client(os.environ)
    shutil.copy(package_folder("prisma") / "schema.prisma", tmp_path)
    packaged, native = tmp_path / "schema.prisma", {"PRISMA_QUERY_ENGINE_BINARY": "/opt/prisma/query-engine"}
    assert packaged.read_bytes() != litellm_schema().read_bytes()

    assert is_whole(tmp_path, litellm_schema(), native)
    assert not is_whole(tmp_path, litellm_schema(), {})

    packaged.write_text(packaged.read_text().replace("max_budget", "most_budget", 1))
    assert not is_whole(tmp_path, litellm_schema(), native)


@pytest.fixture
def fresh_prisma(tmp_path: Path) -> Path:
    """The installed prisma package as it was before the client was generated."""
    installed = package_folder("prisma")
    generated = {"client.py", "models.py", "actions.py", "types.py", "schema.prisma", ".litellm-client"}

    def leave_out(folder: str, names: list[str]) -> set[str]:
        return (generated if Path(folder) == installed else set()) | {"__pycache__"}

    return Path(shutil.copytree(installed, tmp_path / "packages" / "prisma", ignore=leave_out))


def test_client_is_generated_once_even_by_two_and_after_a_crash(fresh_prisma: Path) -> None:
    paths = os.pathsep.join([str(fresh_prisma.parent), PATHS])
    stamp = fresh_prisma / ".litellm-client"

    crashed = start(sys.executable, CLIENT, PYTHONPATH=paths)
    while not (fresh_prisma / "client.py").exists():
        assert crashed.poll() is None, crashed.communicate()
        time.sleep(0.01)
    os.killpg(crashed.pid, signal.SIGKILL)
    crashed.communicate()
    after_crash = stamp.exists()
    both = [start(sys.executable, CLIENT, PYTHONPATH=paths) for _ in range(2)]
    outputs = [process.communicate() for process in both]

    assert not after_crash
    assert outputs == [("", ""), ("", "")]
    assert stamp.exists()
    client = (fresh_prisma / "client.py").read_text()
    assert client.count("_Prisma__engine") == 1
    compile(client, "client.py", "exec")
    assert "litellm_verificationtoken" in client
    assert client_types.are_aside(fresh_prisma)
    assert "class LiteLLM_UserTableInclude(" in (fresh_prisma / client_types.ALL_TYPES).read_text()
    # So that nobody's first start compiles them, even where Python may not keep what it compiles.
    assert list((fresh_prisma / "__pycache__").glob("actions.*.pyc"))


def test_client_of_another_schema_is_made_anew(fresh_prisma: Path, tmp_path: Path) -> None:
    """A stamp of another schema is what an upgrade of LiteLLM looks like."""
    (fresh_prisma / ".litellm-client").write_text("another schema")
    (fresh_prisma / "client.py").write_text("raise ImportError")
    paths = os.pathsep.join([str(fresh_prisma.parent), PATHS])

    start(sys.executable, CLIENT, PYTHONPATH=paths).communicate()

    assert "class Prisma" in (fresh_prisma / "client.py").read_text()


def test_schema_that_prisma_refuses_is_said_in_one_sentence(fresh_prisma: Path) -> None:
    extras = fresh_prisma.parent / "litellm_proxy_extras"
    extras.mkdir()
    (extras / "__init__.py").touch()
    (extras / "schema.prisma").write_text(litellm_schema().read_text() + "\nmodel Broken {\n  id Nothing @id\n}\n")
    paths = os.pathsep.join([str(fresh_prisma.parent), PATHS])

    _, error = start(sys.executable, CLIENT, PYTHONPATH=paths).communicate()

    said = error.splitlines()[-1]
    assert "ClientNotGenerated: Prisma could not generate its Python client" in said
    assert "Nothing" in said
    assert not (fresh_prisma / ".litellm-client").exists()


def test_folder_that_cannot_be_written_is_said_in_one_sentence(fresh_prisma: Path) -> None:
    """A folder where the lock should be stands for a read-only or a full disk, which root cannot play."""
    lock = fresh_prisma / ".litellm-client.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    paths = os.pathsep.join([str(fresh_prisma.parent), PATHS])

    _, error = start(sys.executable, CLIENT, PYTHONPATH=paths).communicate()

    assert "ClientNotGenerated: Prisma's Python client cannot be written" in error.splitlines()[-1]
