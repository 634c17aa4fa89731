"""The images: closed, small, without a secret, and of the versions that the tests run with."""

import re
import tomllib
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path

import pytest
from dockerfile import ARGUMENTS, ROOT, STAGES

from portal.core.settings import environment_name
from portal.deployments.images import why_not_pinned

OURS = ("portal", "gateway")
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def is_sent(path: str) -> bool:
    """Whether the builder gets to see it: the last line that matches it, or a folder around it, decides."""
    around = [str(parent) for parent in Path(path).parents][:-1]
    sent = True
    for line in IGNORED:
        pattern = line.removeprefix("!")
        names = [path, *around]
        if any(fnmatch(name, pattern) or fnmatch(f"/{name}", pattern.replace("**", "*")) for name in names):
            sent = line.startswith("!")
    return sent


@pytest.mark.req("A5")
def test_base_images_are_pinned_and_fit_the_lock_file() -> None:
    for stage in STAGES.values():
        assert why_not_pinned(stage.image) is None

    lock = (ROOT / "requirements.lock").read_text()
    litellm = re.search(r"^litellm==(\S+)", lock, re.MULTILINE)[1]
    assert ARGUMENTS["LITELLM_IMAGE"].endswith(f"litellm-database:v{litellm}")
    assert version("litellm") == litellm
    assert re.match(r"python:3\.11\.\d+-slim-", ARGUMENTS["PORTAL_PYTHON"])
    assert STAGES["portal"].image == STAGES["portal-packages"].image == STAGES["wheel"].image


@pytest.mark.req("A5", "A10")
def test_nothing_is_resolved_while_an_image_is_built() -> None:
    steps = [step.rest for stage in STAGES.values() for step in stage.all("RUN")]
    installs = [
        one for step in steps for one in step.split(" && ") if re.search(r"pip (install|sync|wheel|download)", one)
    ]

    assert len(installs) == 6
    for install in installs:
        locked = "--require-hashes" in install and re.search(r"(-uv|requirements|build|needed)\.lock", install)
        ours = "--no-index" in install and install.endswith("/wheel/*.whl")
        assert locked or ours, install
        assert "--no-deps" in install or "pip sync" in install, install


@pytest.mark.req("A5")
@pytest.mark.parametrize("name", OURS)
def test_images_run_as_nobody_in_particular_and_say_how_they_are(name: str) -> None:
    stage = STAGES[name]

    assert stage.user == "10001:10001"
    [check] = stage.all("HEALTHCHECK")
    port = stage.all("EXPOSE")[0].rest
    path = {"portal": "/healthz", "gateway": "/health/liveliness"}[name]
    assert f"http://127.0.0.1:{port}{path}" in check.rest
    # As a list, so that the program is the first process and gets the signal to stop.
    assert stage.all("ENTRYPOINT")[0].is_list
    assert stage.all("CMD")[0].is_list
    assert stage.environment["PYTHONDONTWRITEBYTECODE"] == "1"
    assert stage.environment["HOME"] == "/tmp"


@pytest.mark.req("A5")
def test_no_image_carries_a_secret() -> None:
    secrets = re.compile("PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL|REDIS_URL")

    for stage in STAGES.values():
        named = {*stage.environment, *(step.rest.partition("=")[0] for step in stage.all("ARG"))}
        assert not [name for name in named if secrets.search(name)]


@pytest.mark.req("A5")
def test_images_set_nothing_but_settings_that_exist(settings_of_the_portal: set[str]) -> None:
    for name in OURS:
        ours = {one for one in STAGES[name].environment if one.startswith("PORTAL_")}
        assert ours <= settings_of_the_portal


@pytest.fixture
def settings_of_the_portal() -> set[str]:
    from portal.core.settings import Settings

    return {environment_name(field) for field in Settings.model_fields}


@pytest.mark.req("A5")
def test_everything_that_is_copied_is_there_and_is_sent_to_the_builder() -> None:
    for stage in STAGES.values():
        for step in stage.all("COPY"):
            if step.rest.startswith("--from="):
                assert step.parts[0].removeprefix("--from=") in STAGES
                continue
            for source in step.parts[:-1]:
                assert (ROOT / source).exists(), source
                assert is_sent(source), source


@pytest.mark.req("A5")
def test_only_what_is_packaged_is_sent_to_the_builder() -> None:
    secrets = [
        ".env",
        ".git/config",
        ".portal/admin-key",
        "deployment/.env",
        "deployment/deploy.yml",
        "deployment/kubernetes/overlays/example/secrets.env",
        "litellm_config/secrets.env",
        "litellm_config/.env",
        "portal/.env.local",
        "portal/static/vendor/marked.js",
        "tests/conftest.py",
    ]
    assert [path for path in secrets if is_sent(path)] == []

    files = [file.relative_to(ROOT) for folder in ("portal", "litellm_config") for file in (ROOT / folder).rglob("*")]
    made = re.compile(r"__pycache__|static/vendor|/\.lock$|/\.unfinished-")
    assert [str(file) for file in files if not made.search(str(file)) and not is_sent(str(file))] == []


@pytest.mark.req("A5")
def test_the_version_in_every_file_is_this_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    files = [ROOT / "Dockerfile", *(ROOT / "deployment").rglob("*.y*ml")]

    named = {found for file in files for found in re.findall(r"akashchat-\w+:([\w.-]+)", file.read_text())}
    tags = {found for file in files for found in re.findall(r"newTag: (\S+)", file.read_text())}

    assert named == tags == {project}
