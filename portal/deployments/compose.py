"""The rules for a compose file: only the proxy is public, images are pinned, and what is named is there.

https://docs.docker.com/reference/compose-file/ has all names; whether they are right is for `docker compose config`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from litellm_config.catalogue import Mistake
from litellm_config.catalogue.document import Document, Place
from portal.deployments import environments
from portal.deployments.images import why_not_pinned
from portal.deployments.placeholders import left_in

PUBLIC = "caddy"
VARIABLE = re.compile(r"\$\{(\w+)(?::?[-?][^}]*)?\}")
ENV_FILE = ".env"
EXAMPLE = "compose.env.example"


def mistakes(document: Document) -> Iterator[Mistake]:
    services: Mapping[str, Any] = document.content["services"]
    if not isinstance(services, dict) or not all(isinstance(service, dict) for service in services.values()):
        yield document.mistake(("services",), "`services` has to be a mapping of mappings")
        return
    for name, service in services.items():
        yield from _service(document, name, service)
        yield from _named(document, name, service)
    file = Path(document.file).parent / ENV_FILE
    if not file.is_file():
        yield Mistake(str(file), None, f"is not there; copy {EXAMPLE} to it and fill it in")
        return
    variables = _variables(file.read_text())
    yield from left_in(str(file), file.read_text())
    for number, line in enumerate(document.text.splitlines(), 1):
        for name in VARIABLE.findall(line.partition("#")[0]):
            if name not in variables:
                yield Mistake(document.file, number, f"{name} is not set in {file}")
    yield from environments.mistakes(document, {name: _described(name, services, variables) for name in services})


def _service(document: Document, name: str, service: Mapping[str, Any]) -> Iterator[Mistake]:
    place: Place = ("services", name)
    if reason := why_not_pinned(str(service.get("image", ""))):
        yield document.mistake((*place, "image"), reason)
    if service.get("ports") and name != PUBLIC:
        reason = f"`{name}` would be open to the network around this host; only `{PUBLIC}` publishes ports"
        yield document.mistake((*place, "ports"), reason)


def _named(document: Document, name: str, service: Mapping[str, Any]) -> Iterator[Mistake]:
    place: Place = ("services", name)
    for other in _listed(service, "depends_on"):
        if other not in document.content["services"]:
            yield document.mistake((*place, "depends_on"), f"there is no service `{other}`")
    for network in _listed(service, "networks"):
        if network not in _listed(document.content, "networks"):
            yield document.mistake((*place, "networks"), f"there is no network `{network}`")
    for volume in _sources(_listed(service, "volumes")):
        if volume.startswith("."):
            if not (Path(document.file).parent / volume).exists():
                yield document.mistake((*place, "volumes"), f"there is no {volume} beside this file")
        elif volume not in _listed(document.content, "volumes"):
            yield document.mistake((*place, "volumes"), f"there is no volume `{volume}`")


def _variables(env_file: str) -> dict[str, str]:
    lines = [line.partition("=") for line in env_file.splitlines() if not line.lstrip().startswith("#")]
    return {name.strip(): value.strip() for name, is_set, value in lines if is_set}


def _described(name: str, services: Mapping[str, Any], variables: Mapping[str, str]) -> environments.Service:
    environment = services[name].get("environment") or {}
    values = {
        variable: environments.Value(
            VARIABLE.sub(lambda found: variables.get(found[1], found[1]), str(text)),
            ("services", name, "environment", variable),
        )
        for variable, text in (environment.items() if isinstance(environment, dict) else ())
    }
    networks = set(_listed(services[name], "networks"))

    def lets_in(asker: str, _port: int) -> bool:
        return bool(networks & set(_listed(services[asker], "networks")))

    return environments.Service(name, values, lets_in)


def _listed(mapping: Mapping[str, Any], name: str) -> list[Any]:
    """The names of a mapping or the items of a list; what is neither is for `docker compose config` to complain of."""
    value = mapping.get(name)
    return list(value) if isinstance(value, list | dict) else []


def _sources(volumes: Iterable[Any]) -> Iterator[str]:
    for volume in volumes:
        yield str(volume.get("source")) if isinstance(volume, dict) else str(volume).partition(":")[0]
