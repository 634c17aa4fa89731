"""That what a deployment asks for fits together: profiles, prices, volumes and where they are mounted.

The rules are those of `validate` in https://github.com/akash-network/chain-sdk/blob/main/go/sdl/v2.go.
"""

from collections.abc import Iterator

from litellm_config.catalogue import Mistake
from litellm_config.catalogue.document import Document, Place
from portal.deployments.akash_file import Compute, Sdl, Volume


def mistakes(document: Document, sdl: Sdl) -> Iterator[Mistake]:
    for name in sdl.services.keys() - sdl.deployment.keys():
        yield document.mistake(("services", name), f"`{name}` would not run: it is not named under `deployment`")
    for name, placements in sdl.deployment.items():
        if name not in sdl.services:
            yield document.mistake(("deployment", name), f"there is no service `{name}`")
            continue
        for placement, count in placements.items():
            yield from _place(document, sdl, ("deployment", name, placement), count.profile)
            if compute := sdl.profiles.compute.get(count.profile):
                yield from _volumes(document, sdl, name, compute)
    used = {to.ip for service in sdl.services.values() for one in service.expose or [] for to in one.to}
    for name in sdl.endpoints.keys() - used:
        yield document.mistake(("endpoints", name), f"the endpoint `{name}` is used by no service")


def keeps_data(sdl: Sdl, service: str) -> bool:
    mounted = sdl.services[service].params.storage.keys()
    profiles = [count.profile for count in sdl.deployment.get(service, {}).values()]
    volumes = [_by_name(sdl.profiles.compute[name]) for name in profiles if name in sdl.profiles.compute]
    return bool(volumes) and all(any(one[name].is_persistent for name in mounted & one.keys()) for one in volumes)


def _place(document: Document, sdl: Sdl, place: Place, profile: str) -> Iterator[Mistake]:
    placement = place[-1]
    if profile not in sdl.profiles.compute:
        yield document.mistake((*place, "profile"), f"there is no profile `{profile}` under `profiles.compute`")
    if placement not in sdl.profiles.placement:
        yield document.mistake(place, f"there is no `{placement}` under `profiles.placement`")
    elif profile not in sdl.profiles.placement[str(placement)].pricing:
        where: Place = ("profiles", "placement", placement, "pricing")
        yield document.mistake(where, f"there is no price for the profile `{profile}`")


def _volumes(document: Document, sdl: Sdl, service: str, compute: Compute) -> Iterator[Mistake]:
    volumes = _by_name(compute)
    mounts = sdl.services[service].params.storage
    place: Place = ("services", service, "params", "storage")
    for name in mounts.keys() - volumes.keys():
        yield document.mistake((*place, name), f"the profile of `{service}` has no volume `{name}`")
    if len({mount.mount for mount in mounts.values()}) < len(mounts):
        yield document.mistake(place, "two volumes are mounted at the same place")
    for name, volume in volumes.items():
        attributes = volume.attributes
        if volume.is_persistent and name not in mounts:
            reason = f"the volume `{name}` is persistent, so `params.storage` has to say where it is mounted"
            yield document.mistake(("services", service), reason)
        if attributes and attributes.persistent == (attributes.storage_class == "ram"):
            reason = f"the volume `{name}`: `ram` is never persistent, and every other class always is"
            yield document.mistake(("services", service), reason)


def _by_name(compute: Compute) -> dict[str, Volume]:
    return {volume.name: volume for volume in compute.resources.storage}
