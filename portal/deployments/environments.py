"""What services are told: that the hosts in it are services that let them in, and secrets are the same everywhere."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from litellm_config.catalogue import Mistake
from litellm_config.catalogue.document import Document, Place
from portal.core.setting_names import EARLIER, misspelt
from portal.core.settings import PREFIX, Settings, environment_name
from portal.deployments.placeholders import PLACEHOLDER

DEFAULT_PORTS = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379, "http": 80, "https": 443}
WITH_PASSWORD = ("postgresql", "postgres", "redis", "rediss")


@dataclass(frozen=True)
class Value:
    text: str
    place: Place


@dataclass(frozen=True)
class Service:
    """`lets_in` says of a service and a port whether that service may use it."""

    name: str
    variables: Mapping[str, Value]
    lets_in: Callable[[str, int], bool]


def mistakes(document: Document, services: Mapping[str, Service]) -> Iterator[Mistake]:
    known = {environment_name(field) for field in Settings.model_fields}
    first: dict[str, tuple[str, Value]] = {}
    for service in services.values():
        for name, value in service.variables.items():
            for sentence in misspelt([name], known | EARLIER):
                yield document.mistake(value.place, f"{sentence.removesuffix('?')}; deployment/env.example has all")
            other, before = first.setdefault(name, (service.name, value))
            if name in known and not name.startswith(PREFIX) and before.text != value.text:
                yield document.mistake(value.place, f"{name} differs from that of `{other}`; they have to be the same")
            yield from _address(document, services, service, value)


def _address(document: Document, services: Mapping[str, Service], asker: Service, value: Value) -> Iterator[Mistake]:
    url, port = _read(value.text)
    if url is None:
        reason = "the address can't be read; a password in it may have letters and digits only"
        yield document.mistake(value.place, reason)
        return
    host = url.hostname or ""
    # A name with a dot is somewhere else, and a placeholder is complained of already.
    if url.scheme not in DEFAULT_PORTS or not host or "." in host or PLACEHOLDER.search(host.upper()):
        return
    if host not in services:
        yield document.mistake(value.place, f"there is no service `{host}`")
        return
    if host != asker.name and not services[host].lets_in(asker.name, port):
        yield document.mistake(value.place, f"`{host}` does not let `{asker.name}` in at port {port}")
    if url.scheme in WITH_PASSWORD:
        yield from _password(document, services[host], value, url.password)


def _password(document: Document, asked: Service, value: Value, password: str | None) -> Iterator[Mistake]:
    if not password:
        reason = f"`{asked.name}` is asked without a password; whoever gets near it could read everything"
        yield document.mistake(value.place, reason)
        return
    own = [one.text for name, one in asked.variables.items() if name.endswith("_PASSWORD")]
    if own and password not in own:
        yield document.mistake(value.place, f"this is not the password that `{asked.name}` is given")


def _read(text: str) -> tuple[SplitResult | None, int]:
    """None where it is meant as an address and is none."""
    try:
        url = urlsplit(text)
        return url, url.port or DEFAULT_PORTS.get(url.scheme, 0)
    except ValueError:
        return None, 0
