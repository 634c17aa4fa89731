"""One host: only Caddy is public, and everything that it starts is as closed as it can be."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.core.settings import Settings, environment_name
from portal.deployments import find_mistakes

DEPLOYMENT = Path(__file__).parents[2] / "deployment"
CADDYFILE = (DEPLOYMENT / "Caddyfile").read_text()


@pytest.fixture
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOYMENT / "compose.yml").read_text())


@pytest.mark.req("A5")
def test_what_is_filled_in_can_be_started(deployment: Path) -> None:
    assert find_mistakes(deployment / "compose.yml") == ()


@pytest.mark.req("A5")
def test_a_placeholder_that_is_left_is_refused_with_its_line(deployment: Path) -> None:
    (deployment / ".env").write_text((DEPLOYMENT / "compose.env.example").read_text())

    said = [str(mistake) for mistake in find_mistakes(deployment / "compose.yml")]

    lines = (DEPLOYMENT / "compose.env.example").read_text().splitlines()
    left = [f"{deployment}/.env:{number}" for number, line in enumerate(lines, 1) if "=REPLACE_ME_" in line]
    assert [line.partition(": REPLACE_ME_")[0] for line in said] == left


@pytest.mark.req("A5")
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    user: postgres\n", '    ports: ["5432:5432"]\n', "only `caddy` publishes ports"),
        ("postgres:18.4-trixie", "postgres:latest", "the tag `latest` of the image postgres:latest moves"),
        ("redis:8.8.0-alpine", "redis", "the image redis has no tag"),
        ("@postgres:5432/", "@database:5432/", "there is no service `database`"),
        (
            "      redis: {condition: service_healthy}",
            "      cache: {condition: service_healthy}",
            "no service `cache`",
        ),
        (
            "    networks: {inside: {}, models: {}}",
            "    networks: {models: {}}",
            "does not let `portal` in at port 4000",
        ),
        ("    networks: {inside: {}, models: {}}", "    networks: {within: {}}", "there is no network `within`"),
        ("- ./Caddyfile:", "- ./Caddyfiles:", "there is no ./Caddyfiles beside this file"),
        ("[redis-data:/data]", "[redis:/data]", "there is no volume `redis`"),
        ("${ACME_EMAIL:?is not set}", "${EMAIL:?is not set}", "EMAIL is not set in"),
        ("PORTAL_CHAT_STOP_GRACE", "PORTAL_CHAT_GRACE", "PORTAL_CHAT_GRACE: no such setting"),
        ("redis://:${REDIS_PASSWORD:?is not set}@", "redis://", "is asked without a password"),
        ("services:\n", "services: [\n", "not valid YAML"),
        ("  caddy:\n", "  extra:\n  caddy:\n", "`services` has to be a mapping of mappings"),
        (
            "    depends_on:\n      portal: {condition: service_started}\n",
            "    depends_on:\n    ports:\n",
            "stands twice",
        ),
    ],
)
def test_what_could_not_work_is_refused(deployment: Path, old: str, new: str, reason: str) -> None:
    file = deployment / "compose.yml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))

    said = [str(mistake) for mistake in find_mistakes(file)]

    assert any(reason in one for one in said), said


@pytest.mark.req("A5")
def test_a_host_without_its_secrets_is_told_what_to_copy(deployment: Path) -> None:
    (deployment / ".env").unlink()

    said = [str(mistake) for mistake in find_mistakes(deployment / "compose.yml")]

    assert said == [f"{deployment}/.env: is not there; copy compose.env.example to it and fill it in"]


@pytest.mark.req("A5")
def test_every_container_is_closed_and_looked_after(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert any(mount.startswith("/tmp:") for mount in service["tmpfs"]), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"], name
        # Those of our own images are in the Dockerfile.
        assert name == "migrate" or "healthcheck" in service or service["image"].startswith("akashchat-"), name


@pytest.mark.req("A5", "K12")
def test_forwarded_addresses_are_believed_of_caddy_alone(compose: dict[str, Any]) -> None:
    services, networks = compose["services"], compose["networks"]
    caddy = ip_address(services["caddy"]["networks"]["door"]["ipv4_address"])
    trusted = yaml.safe_load(services["portal"]["environment"]["PORTAL_TRUSTED_PROXIES"])

    assert [ip_network(network) for network in trusted] == [ip_network(caddy)]
    assert caddy in ip_network(networks["door"]["ipam"]["config"][0]["subnet"])
    assert {name for name, service in services.items() if "door" in service["networks"]} == {"caddy", "portal"}
    assert networks["inside"]["internal"]
    assert [name for name, service in services.items() if set(service["networks"]) == {"inside"}] == [
        "migrate",
        "postgres",
        "redis",
    ]


@pytest.mark.req("A5", "A6")
def test_nothing_of_ours_starts_before_the_databases_are_at_this_version(compose: dict[str, Any]) -> None:
    services = compose["services"]

    for name in ("portal", "gateway"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["command"] == ["migrate"]
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


@pytest.mark.req("A5")
def test_containers_wait_longer_for_their_answers_than_the_programs_in_them(compose: dict[str, Any]) -> None:
    portal, gateway = compose["services"]["portal"], compose["services"]["gateway"]

    def seconds(text: str) -> int:
        return int(re.fullmatch(r"(?:PT)?(\d+)[sS]", text)[1])

    assert seconds(portal["stop_grace_period"]) > seconds(portal["environment"]["PORTAL_CHAT_STOP_GRACE"])
    # What LiteLLM has for writing down what was used.
    assert seconds(gateway["stop_grace_period"]) >= seconds(gateway["environment"]["PORTAL_GATEWAY_STOP_GRACE"]) + 15


@pytest.mark.req("A5", "G11")
def test_caddy_holds_nothing_back_and_tells_who_has_gone() -> None:
    settings = re.sub(r"#.*", "", CADDYFILE)

    assert settings.count("{") == settings.count("}")
    assert "flush_interval" not in settings
    assert "event-stream" not in settings
    assert not re.search(r"^\s*write\b", settings, re.MULTILINE)
    assert re.search(r"reverse_proxy \{\s*dynamic a \{\s*name portal\s*port 8000", settings)
    # Whatever the caller says of itself is thrown away.
    assert "trusted_proxies" not in settings


@pytest.mark.req("A5")
def test_the_file_of_secrets_has_what_is_asked_for_and_nothing_unknown(compose: dict[str, Any]) -> None:
    lines = (DEPLOYMENT / "compose.env.example").read_text().splitlines()
    named = {line.lstrip("#").partition("=")[0] for line in lines if re.match(r"#?[A-Z_0-9]+=", line)}
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOYMENT / "compose.yml").read_text()))
    settings = {environment_name(field) for field in Settings.model_fields}

    assert asked <= named
    assert named - asked - settings == {"LLAMA_API_KEY"}
    assert all(service.get("env_file", ".env") == ".env" for service in compose["services"].values())
