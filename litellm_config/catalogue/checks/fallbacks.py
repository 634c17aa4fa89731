"""A model that stands in for another has to exist. https://docs.litellm.ai/docs/proxy/reliability

Where an endpoint of the environment is asked for its models, those come and go, so it is a warning then.
"""

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from litellm_config.catalogue.checks.findings import Findings, entries_of, mapping
from litellm_config.catalogue.document import Place
from litellm_config.catalogue.known import did_you_mean
from litellm_config.catalogue.mistakes import Mistake
from litellm_config.catalogue.seed import Seed

SECTIONS = ("router_settings", "litellm_settings")
BY_MODEL = ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
ANY = "*"


VARIABLE = "FALLBACK_MODEL"


def check_fallbacks(findings: Findings, seed: Seed, discovered: Collection[str]) -> None:
    content = mapping(findings.document.content)
    names = models_of(content) | {model for endpoint in seed.endpoints for model in endpoint.models} | {*discovered}
    named = [(findings.document.mistake(place, ""), name) for place, name in _named_in(content)]
    if seed.fallback_model:
        named.append((Mistake(VARIABLE, None, ""), seed.fallback_model))
    found = findings.warnings if seed.is_open else findings.mistakes
    found += [
        mistake._replace(reason=f"there is no model `{name}`{did_you_mean(name, names)}")
        for mistake, name in named
        if not exists(name, names)
    ]


def models_of(content: Mapping[str, Any]) -> set[str]:
    """Their names, with those that are aliases."""
    return {entry.name for entry in entries_of(content) if entry.name} | _aliases(content).keys()


def exists(name: str, names: Collection[str]) -> bool:
    return name == ANY or name in names or any(ANY in known and fnmatchcase(name, known) for known in names)


def _named_in(content: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for section in SECTIONS:
        yield from _named(mapping(content.get(section)), section)
    for alias, target in _aliases(content).items():
        yield from _name(("router_settings", "model_group_alias", alias), target)


def _aliases(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(mapping(content.get("router_settings")).get("model_group_alias"))


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
    """It may come with parameters of its own."""
    name = value.get("model") if isinstance(value, dict) else value
    if isinstance(name, str):
        yield place, name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
