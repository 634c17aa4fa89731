"""Which models stand in for others, when the environment adds one and when a model is out of service."""

from collections.abc import Collection
from typing import Any

from litellm_config.catalogue.checks.fallbacks import BY_MODEL, SECTIONS, exists
from litellm_config.catalogue.known import did_you_mean
from litellm_config.catalogue.mistakes import CatalogueInvalid, Mistake
from litellm_config.catalogue.seed import Seed, seed_router_settings

VARIABLE = "FALLBACK_MODEL"


def add_seed(content: dict[str, Any], seed: Seed, models: Collection[str], *, is_complete: bool) -> None:
    """As long as an endpoint has not told its models, the model to fall back to may be one of them."""
    settings = seed_router_settings(seed)
    if seed.fallback_model and not exists(seed.fallback_model, set(models)):
        if is_complete:
            hint = did_you_mean(seed.fallback_model, models)
            raise CatalogueInvalid([Mistake(VARIABLE, None, f"there is no model `{seed.fallback_model}`{hint}")])
        del settings["default_fallbacks"]
    if settings:
        content["router_settings"] = {**(content.get("router_settings") or {}), **settings}


def drop_fallbacks(content: dict[str, Any], gone: Collection[str]) -> None:
    """LiteLLM would answer with an error of the model that does not exist instead of the one that failed."""
    for section in SECTIONS:
        settings = content.get(section) or {}
        if settings.get("default_fallbacks"):
            settings["default_fallbacks"] = _without(settings["default_fallbacks"], gone)
        for kind in BY_MODEL:
            if settings.get(kind):
                rules = [{model: _without(others, gone)} for rule in settings[kind] for model, others in rule.items()]
                settings[kind] = [rule for rule in rules if all(rule.values())]


def _without(models: list[Any], gone: Collection[str]) -> list[Any]:
    return [model for model in models if (model.get("model") if isinstance(model, dict) else model) not in gone]
