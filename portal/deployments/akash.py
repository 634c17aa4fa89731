"""The rules for Akash's SDL: its form, that its parts fit together, and that only the portal is public."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from litellm_config.catalogue import Mistake
from litellm_config.catalogue.document import Document, Place
from portal.deployments import akash_profiles, environments
from portal.deployments.akash_file import Sdl, Service
from portal.deployments.images import is_of, why_not_pinned

# The portal, or what stands in front of it where it runs in roles.
PUBLIC = ("portal", "door")


def mistakes(document: Document) -> Iterator[Mistake]:
    try:
        sdl = Sdl.model_validate(document.content)
    except ValidationError as error:
        yield from (_in_words(document, one) for one in error.errors())
        return
    for name, service in sdl.services.items():
        yield from _service(document, sdl, name, service)
    yield from akash_profiles.mistakes(document, sdl)
    described = {name: _described(name, service) for name, service in sdl.services.items()}
    yield from environments.mistakes(document, described)
    if not any(to.is_global for service in sdl.services.values() for one in service.expose or [] for to in one.to):
        yield document.mistake(("services",), "nobody can reach the portal: none of its ports goes `to: global: true`")


def _service(document: Document, sdl: Sdl, name: str, service: Service) -> Iterator[Mistake]:
    place: Place = ("services", name)
    if reason := why_not_pinned(service.image):
        yield document.mistake((*place, "image"), reason)
    for dependency in service.dependencies:
        if dependency.service not in sdl.services:
            yield document.mistake((*place, "dependencies"), f"there is no service `{dependency.service}`")
    yield from _doors(document, sdl, name, service)
    if is_of(service.image, "postgres") and not akash_profiles.keeps_data(sdl, name):
        yield document.mistake(
            place, "Postgres would lose everything at its next start: give it a volume with `persistent: true`"
        )


def _doors(document: Document, sdl: Sdl, name: str, service: Service) -> Iterator[Mistake]:
    for number, expose in enumerate(service.expose or []):
        for position, to in enumerate(expose.to):
            here = ("services", name, "expose", number, "to", position)
            if to.service and to.service not in sdl.services:
                yield document.mistake(here, f"there is no service `{to.service}`")
            if to.is_global and name not in PUBLIC:
                reason = f"`{name}` would be open to the internet; only the portal may be: name services in its place"
                yield document.mistake(here, reason)
            if to.ip and to.ip not in sdl.endpoints:
                yield document.mistake(here, f"there is no endpoint `{to.ip}` under `endpoints`")
            if to.ip and not to.is_global:
                yield document.mistake(here, "an address of its own needs `global: true`")


def _described(name: str, service: Service) -> environments.Service:
    doors = [(to.service, one.seen_as or one.port) for one in service.expose or [] for to in one.to]
    variables = {}
    for number, line in enumerate(service.env or []):
        variable, _, value = line.partition("=")
        variables[variable] = environments.Value(value, ("services", name, "env", number))
    return environments.Service(name, variables, lambda asker, port: (asker, port) in doors)


def _in_words(document: Document, error: Any) -> Mistake:
    place = tuple(one for one in error["loc"] if one != "[key]")
    name = ".".join(map(str, place))
    if error["type"] == "extra_forbidden":
        return document.mistake(place, f"`{place[-1]}` is not a name of the SDL in `{'.'.join(map(str, place[:-1]))}`")
    if error["type"] == "missing":
        return document.mistake(place, f"`{name}` is missing")
    return document.mistake(place, f"`{name}`: {error['msg'][0].lower()}{error['msg'][1:]}")
