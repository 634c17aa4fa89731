"""The manifests fit together: what they name is there, and no pod is sent away while it answers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from litellm_config.catalogue import Seed, read_catalogue
from portal.core.roles import PREFIXES, ROLES, role_of
from portal.core.settings import Settings, environment_name
from portal.deployments import find_mistakes

BASE = Path(__file__).parents[2] / "deployment" / "kubernetes" / "base"
EXAMPLE = BASE.parent / "overlays" / "example"
Object = dict[str, Any]


def read(path: Path) -> list[Object]:
    return list(yaml.safe_load_all(path.read_text()))


KUSTOMIZATION = read(BASE / "kustomization.yaml")[0]
OBJECTS = [one for name in KUSTOMIZATION["resources"] for one in read(BASE / name)]


def of_kind(kind: str) -> dict[str, Object]:
    return {one["metadata"]["name"]: one for one in OBJECTS if one["kind"] == kind}


DEPLOYMENTS = of_kind("Deployment")
LABELS = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in DEPLOYMENTS.items()}


def chosen(selector: Object) -> set[str]:
    """The deployments whose pods have all these labels."""
    return {name for name, labels in LABELS.items() if selector.items() <= labels.items()}


def setting(name: str) -> str:
    literals = dict(line.split("=", 1) for line in KUSTOMIZATION["configMapGenerator"][0]["literals"])
    return literals[name]


def seconds(name: str) -> float:
    return TypeAdapter(timedelta).validate_python(setting(name)).total_seconds()


@pytest.mark.req("A5")
def test_what_is_filled_in_can_be_applied(deployment: Path) -> None:
    assert find_mistakes(deployment / "kubernetes" / "overlays" / "example") == ()


@pytest.mark.req("A5")
def test_what_is_left_to_fill_in_is_refused_with_its_line() -> None:
    said = [str(mistake) for mistake in find_mistakes(EXAMPLE)]

    assert any(one.startswith(f"{EXAMPLE}/ingress.yaml:10: REPLACE_ME_DOMAIN is still a placeholder; ") for one in said)
    missing = [line for line in said if "is not there; copy" in line]
    assert [line.partition("; ")[2] for line in missing] == [
        "copy secrets.env.example to it and fill it in",
        "copy model-keys.env.example to it and fill it in",
    ]


@pytest.mark.req("A5")
@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("base/web.yaml", "image: akashchat-portal:0.1.0", "image: akashchat-portal:latest", "moves"),
        ("overlays/example/kustomization.yaml", "newTag: 0.1.0", "newTag: main", "the tag `main`"),
        ("overlays/example/kustomization.yaml", "- path: ingress.yaml", "- path: door.yaml", "door.yaml is not there"),
        ("base/kustomization.yaml", "- web.yaml", "- pages.yaml", "pages.yaml is not there"),
        (
            "overlays/example/secrets.env",
            "REDIS_URL=",
            "REDIS_URL=REPLACE_ME_REDIS_URL",
            "secrets.env:5: REPLACE_ME_RED",
        ),
        ("base/web.yaml", "kind: Service\n", "kind: [\n", "not valid YAML"),
        ("overlays/example/kustomization.yaml", "[model-keys.env]", "7\n    envs: 8", "stands twice"),
    ],
)
def test_what_could_not_work_is_refused(deployment: Path, file: str, old: str, new: str, reason: str) -> None:
    path = deployment / "kubernetes" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))

    said = [str(mistake) for mistake in find_mistakes(deployment / "kubernetes" / "overlays" / "example")]

    assert any(reason in one for one in said), said


@pytest.mark.req("A2", "A5")
def test_each_role_and_the_gateway_run_and_scale_on_their_own() -> None:
    assert set(DEPLOYMENTS) == {*ROLES, "gateway"}
    for name, deployment in DEPLOYMENTS.items():
        spec = deployment["spec"]
        assert chosen(spec["selector"]["matchLabels"]) == {name}
        assert chosen(of_kind("Service")[name]["spec"]["selector"]) == {name}
        assert chosen(of_kind("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"]) == {name}
        assert of_kind("PodDisruptionBudget")[name]["spec"]["maxUnavailable"] == 1
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        scaler = of_kind("HorizontalPodAutoscaler")[name]["spec"]
        assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert scaler["minReplicas"] >= 2
        # It would fight with the autoscaler at each `kubectl apply`.
        assert "replicas" not in spec
        # What an autoscaler counts in.
        assert container(deployment)["resources"]["requests"]["cpu"]
    for role in ROLES:
        assert container(DEPLOYMENTS[role])["env"] == [{"name": "PORTAL_ROLE", "value": role}]


@pytest.mark.req("A2", "A5")
def test_the_ingress_sends_each_path_to_its_role() -> None:
    ours = of_kind("Ingress")["portal"]["spec"]["rules"][0]["http"]["paths"]
    theirs = read(EXAMPLE / "ingress.yaml")[0]["spec"]["rules"][0]["http"]["paths"]

    to = {path["path"]: path["backend"]["service"]["name"] for path in ours}
    assert to == {**PREFIXES, "/": role_of("/")}
    assert theirs == ours
    assert {path["pathType"] for path in ours} == {"Prefix"}
    for path in ours:
        service = path["backend"]["service"]
        assert service["port"]["name"] in ports(of_kind("Service")[service["name"]])


@pytest.mark.req("A5")
def test_the_ingress_lets_long_streams_and_large_bodies_through() -> None:
    annotations = of_kind("Ingress")["portal"]["metadata"]["annotations"]
    told = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in annotations.items()}

    assert told["proxy-buffering"] == told["proxy-request-buffering"] == told["proxy-next-upstream"] == "off"
    assert int(told["proxy-body-size"]) >= Settings.model_fields["api_max_body_bytes"].default
    longest = Settings.model_fields["api_request_timeout"].default.total_seconds()
    assert int(told["proxy-read-timeout"]) >= longest
    assert int(told["proxy-send-timeout"]) >= longest


@pytest.mark.req("A3", "A5")
def test_a_pod_lives_on_when_what_all_share_is_away() -> None:
    for name, deployment in DEPLOYMENTS.items():
        one = container(deployment)
        alone = "/health/liveliness" if name == "gateway" else "/healthz"
        assert one["livenessProbe"]["httpGet"] == one["readinessProbe"]["httpGet"] == {"path": alone, "port": "http"}
        assert [port["name"] for port in one["ports"]] == ["http"]
    for role in ROLES:
        assert container(DEPLOYMENTS[role])["startupProbe"]["httpGet"]["path"] == "/readyz"


@pytest.mark.req("A5")
def test_pods_are_given_the_time_that_the_programs_in_them_take() -> None:
    grace = {
        name: one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] for name, one in DEPLOYMENTS.items()
    }
    delay, chat, gateway = map(seconds, ("PORTAL_STOP_DELAY", "PORTAL_CHAT_STOP_GRACE", "PORTAL_GATEWAY_STOP_GRACE"))

    assert all(grace[role] > delay for role in ROLES)
    assert grace["chat"] > delay + chat
    # What LiteLLM has for writing down what was used.
    assert grace["gateway"] >= delay + gateway + 15
    for deployment in DEPLOYMENTS.values():
        probe = container(deployment)["readinessProbe"]
        assert delay > probe["periodSeconds"] * probe["failureThreshold"]


@pytest.mark.req("A5", "A6")
def test_no_portal_starts_before_the_databases_are_at_its_version() -> None:
    for role in ROLES:
        [first] = DEPLOYMENTS[role]["spec"]["template"]["spec"]["initContainers"]
        assert first["args"] == ["migrate"]
        assert first["image"] == container(DEPLOYMENTS[role])["image"]
        assert first["envFrom"] == container(DEPLOYMENTS[role])["envFrom"]


@pytest.mark.req("A5")
def test_containers_may_do_nothing_but_their_work() -> None:
    """The profile `restricted` of https://kubernetes.io/docs/concepts/security/pod-security-standards/."""
    for deployment in DEPLOYMENTS.values():
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for one in [*pod["containers"], *pod.get("initContainers", [])]:
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"name": "tmp", "mountPath": "/tmp"} in one["volumeMounts"]
            assert {mount["name"] for mount in one["volumeMounts"]} <= {volume["name"] for volume in pod["volumes"]}
            assert one["resources"]["limits"]["memory"]


@pytest.mark.req("A5", "G1")
def test_only_the_portal_reaches_the_gateway_and_what_is_not_allowed_is_refused() -> None:
    policies = of_kind("NetworkPolicy")
    everything = policies["nothing-else"]["spec"]
    assert chosen(everything["podSelector"]["matchLabels"]) == set(DEPLOYMENTS)
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everything
    assert "egress" not in everything

    [rule] = policies["gateway-in"]["spec"]["ingress"]
    assert chosen(policies["gateway-in"]["spec"]["podSelector"]["matchLabels"]) == {"gateway"}
    assert [chosen(one["podSelector"]["matchLabels"]) for one in rule["from"] if "podSelector" in one] == [set(ROLES)]
    for policy in policies.values():
        for selector in selectors(policy["spec"]):
            assert chosen(selector), policy["metadata"]["name"]


@pytest.mark.req("A5")
def test_the_example_names_what_the_base_asks_for() -> None:
    example = read(EXAMPLE / "kustomization.yaml")[0]
    generated = {one["name"] for one in [*example["configMapGenerator"], *example["secretGenerator"]]}
    asked = set(re.findall(r"(?:configMapRef|secretRef|configMap): \{name: ([\w-]+)\}", text(BASE)))
    settings = {environment_name(field) for field in Settings.model_fields}

    assert asked == generated
    assert {image["name"] for image in example["images"]} == set(re.findall(r"image: ([\w-]+):", text(BASE)))
    literals = [line for one in (KUSTOMIZATION, example) for line in one["configMapGenerator"][0]["literals"]]
    assert {line.partition("=")[0] for line in literals} <= settings
    lines = (EXAMPLE / "secrets.env.example").read_text().splitlines()
    assert {found[1] for line in lines if (found := re.match(r"#?([A-Z_0-9]+)=", line))} <= settings


@pytest.mark.req("A5", "G6")
def test_the_catalogue_of_the_example_is_a_good_one(deployment: Path) -> None:
    file = deployment / "kubernetes" / "overlays" / "example" / "config.yaml"
    keys = dict(line.split("=", 1) for line in (file.parent / "model-keys.env").read_text().splitlines() if "=" in line)

    catalogue = read_catalogue(file, keys, seed=Seed())

    assert [card.id for card in catalogue.cards] == ["llama-3.3-70b"]
    assert catalogue.warnings == ()


def container(deployment: Object) -> Object:
    [one] = deployment["spec"]["template"]["spec"]["containers"]
    return one


def ports(service: Object) -> list[str]:
    return [port["name"] for port in service["spec"]["ports"]]


def selectors(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        if "podSelector" in value:
            yield value["podSelector"]["matchLabels"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from selectors(one)


def text(folder: Path) -> str:
    return "\n".join(file.read_text() for file in folder.glob("*.yaml"))
