"""The SDL for Akash deploys, and a mistake in it is found before it costs a deployment."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.core.roles import PREFIXES, ROLES
from portal.deployments import find_mistakes
from portal.deployments.placeholders import PLACEHOLDER

SDL = Path(__file__).parents[2] / "deployment" / "deploy.yml"


@pytest.fixture
def mistakes(deployment: Path) -> Callable[..., list[str]]:
    """What is said when a text of the filled-in file is another one; the line is that of the change."""

    def say(old: str, new: str) -> list[str]:
        file = deployment / "deploy.yml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))
        return [f"{mistake.line}: {mistake.reason}" for mistake in find_mistakes(file)]

    return say


def line_of(text: str) -> int:
    return SDL.read_text().partition(text)[0].count("\n") + 1


@pytest.mark.req("A4")
def test_what_is_filled_in_can_be_deployed(deployment: Path, check: Callable[..., tuple[int, str]]) -> None:
    file = deployment / "deploy.yml"

    assert check(file) == (0, f"{file} can be deployed.\n")


@pytest.mark.req("A4")
def test_every_placeholder_that_is_left_is_refused_with_its_line(check: Callable[..., tuple[int, str]]) -> None:
    lines = SDL.read_text().splitlines()
    placeholders = [
        f"{SDL}:{number}: {name}"
        for number, line in enumerate(lines, 1)
        if not line.lstrip().startswith("#")
        for name in PLACEHOLDER.findall(line)
    ]

    code, said = check(SDL)

    assert code == 1
    assert [line.partition(" is still")[0] for line in said.splitlines()] == placeholders
    assert f"{SDL}:{line_of('- POSTGRES_PASSWORD=')}: REPLACE_ME_POSTGRES_PASSWORD is still a placeholder; " in said
    assert "`openssl rand -hex 32` makes one" in said


@pytest.mark.req("A4")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "          - service: portal\n          - service: gateway",
            "          - global: true",
            "open to the internet",
        ),
        ("          - global: true\n", "          - service: gateway\n", "nobody can reach the portal"),
        ("postgres:18.4-trixie", "postgres:latest", "the tag `latest` of the image postgres:latest moves"),
        ("redis:8.8.0-alpine", "redis", "the image redis has no tag"),
        ("akashchat-gateway:0.1.0", "akashchat-gateway:main-stable", "`main-stable`"),
        ("@postgres:5432/portal", "@database:5432/portal", "there is no service `database`"),
        ("http://gateway:4000", "http://gateway:4001", "`gateway` does not let `portal` in at port 4001"),
        ("redis://:secretreplace_me_redis_password@redis", "redis://redis", "is asked without a password"),
        ("- REDIS_PASSWORD=secret", "- REDIS_PASSWORD=other", "not the password that `redis` is given"),
        ("LITELLM_ADMIN_KEY=secret", "LITELLM_ADMIN_KEY=sk-", "LITELLM_ADMIN_KEY differs from that of `portal`"),
        ("PORTAL_TRUSTED_PROXIES", "PORTAL_TRUSTED_PROXY", "PORTAL_TRUSTED_PROXY: no such setting"),
        ("          - service: portal", "          - service: web", "there is no service `web`"),
        ("persistent: true", "persistent: false", "Postgres would lose everything at its next start"),
        ("    params:\n      storage:\n        data:", "    params:\n      storage:\n        dat:", "no volume `dat`"),
        ("          mount: /var/lib", "          mount: var/lib", "string should match pattern '^/'"),
        ("denom: uact", "denom: usd", "input should be 'uakt' or 'uact'"),
        ("        portal:\n          denom: uact\n          amount: 1000\n", "", "no price for the profile `portal`"),
        ("  placement:\n    akash:", "  placement:\n    acash:", "there is no `akash` under `profiles.placement`"),
        ("      profile: redis", "      profile: cache", "no profile `cache` under `profiles.compute`"),
        ("    expose:", "    depends_on: [postgres]\n    expose:", "`depends_on` is not a name of the SDL"),
        ("          size: 3Gi", "          size: 3GB", "string should match pattern"),
        ("          units: 2", "          units: 0", "string should match pattern"),
        ("read_timeout: 60000", "read_timeout: 3600000", "less than or equal to 60000"),
        ('version: "2.0"', 'version: "3"', "input should be '2.0'"),
        ("      count: 1", "      count: 0", "greater than or equal to 1"),
        ("  redis:\n    akash:\n      profile: redis\n      count: 1\n", "", "`redis` would not run"),
    ],
)
def test_what_could_not_work_is_refused(mistakes: Callable[..., list[str]], old: str, new: str, reason: str) -> None:
    said = mistakes(old, new)

    assert any(reason in one for one in said), said


@pytest.mark.req("A4")
def test_a_mistake_is_told_with_its_line(mistakes: Callable[..., list[str]]) -> None:
    expected = line_of("    image: redis:8.8.0-alpine")

    [said] = mistakes("redis:8.8.0-alpine", "redis:alpine")

    assert said.startswith(f"{expected}: the tag `alpine` of the image redis:alpine moves; name a whole version")


@pytest.mark.req("A4")
def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deploy.yml"
    file.write_text("kind: Pod\n")

    assert "neither Akash's SDL nor a compose file" in str(find_mistakes(file)[0])
    assert "can't be read" in str(find_mistakes(tmp_path / "nowhere.yml")[0])


@pytest.mark.req("A2", "A4")
def test_the_roles_in_the_comment_can_be_deployed_too(deployment: Path) -> None:
    file = deployment / "deploy.yml"
    sdl, split = yaml.safe_load(file.read_text()), yaml.safe_load(commented(file.read_text()))

    file.write_text(yaml.safe_dump(in_roles(sdl, split), sort_keys=False).replace("- false", "- 'off'"))

    assert find_mistakes(file) == ()
    roles = {name: service["env"][0] for name, service in split["services"].items() if name != "door"}
    assert roles == {role: f"PORTAL_ROLE={role}" for role in ROLES}
    door = split["services"]["door"]["args"][0]
    for prefix, role in PREFIXES.items():
        assert re.search(rf"{prefix} {prefix}/\*.*\b{role}:8000", door), prefix


def commented(text: str) -> str:
    lines = text.partition("# services:\n")[2].splitlines()
    return "services:\n" + "\n".join(line.removeprefix("# ") for line in lines)


def in_roles(sdl: dict[str, Any], split: dict[str, Any]) -> dict[str, Any]:
    """As the comment tells to do it."""
    portal = sdl["services"].pop("portal")
    del sdl["deployment"]["portal"]
    for name, service in split["services"].items():
        if name != "door":
            service.update(image=portal["image"], command=portal["command"], args=portal["args"])
            service["env"] += portal["env"]
    for service in sdl["services"].values():
        for expose in service["expose"]:
            others = [to for to in expose["to"] if to.get("service") != "portal"]
            expose["to"] = [{"service": "web"}, {"service": "chat"}, {"service": "api"}, *others]
    return {
        **sdl,
        "services": {**sdl["services"], **split["services"]},
        "deployment": {**sdl["deployment"], **split["deployment"]},
    }
