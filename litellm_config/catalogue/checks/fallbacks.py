"""A model that stands in for another has to exist. https://docs.litellm.ai/docs/proxy/reliability"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from litellm_config.catalogue.checks.findings import Findings, entries_of, mapping
from litellm_config.catalogue.document import Place
from litellm_config.catalogue.known import did_you_mean

SECTIONS = ("router_settings", "litellm_settings")
BY_MODEL = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
ANY = "*"


def check_fallbacks(findings: Findings) -> None:
    content = mapping(findings.document.content)
    names = models_of(content)
    for section in SECTIONS:
        settings = mapping(content.get(section))
        for place, name in _named(settings, section):
            if not exists(name, names):
                findings.mistake(place, f"there is no model `{name}`{did_you_mean(name, names)}")
    for alias, target in mapping(mapping(content.get("router_settings")).get("model_group_alias")).items():
        model = target.get("model") if isinstance(target, dict) else target
        if isinstance(model, str) and not exists(model, names):
            place = ("router_settings", "model_group_alias", alias)
            findings.mistake(place, f"there is no model `{model}`{did_you_mean(model, names)}")


def models_of(content: Mapping[str, Any]) -> set[str]:
    """Their names, with those that are aliases."""
    names = {entry.name for entry in entries_of(content) if entry.name}
    return names | set(mapping(mapping(content.get("router_settings")).get("model_group_alias")))


def exists(name: str, names: set[str]) -> bool:
    return name == ANY or name in names or any(ANY in known and fnmatchcase(name, known) for known in names)


def _named(settings: Mapping[str, Any], section: str) -> Iterator[tuple[Place, str]]:
    for position, name in enumerate(_list(settings.get("default_fallbacks"))):
        yield from _name((section, "default_fallbacks", position), name)
    for kind in BY_MODEL:
        for position, rule in enumerate(_list(settings.get(kind))):
            for model, others in mapping(rule).items():
                place = (section, kind, position, model)
                yield place, model
                for index, other in enumerate(_list(others)):
                    yield from _name((*place, index), other)


def _name(place: Place, value: Any) -> Iterator[tuple[Place, str]]:
    """A model that stands in may come with parameters of its own."""
    name = value.get("model") if isinstance(value, dict) else value
    if isinstance(name, str):
        yield place, name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
