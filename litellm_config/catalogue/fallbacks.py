"""Models that stand in for others but are out of service, or have not been discovered yet."""

from collections.abc import Collection
from typing import Any

from litellm_config.catalogue.checks.fallbacks import BY_MODEL, SECTIONS, exists, models_of


def drop_fallbacks(content: dict[str, Any]) -> None:
    """LiteLLM would answer with an error of the model that is not there instead of the one that failed."""
    models = models_of(content)
    for section in SECTIONS:
        settings = content.get(section) or {}
        if settings.get("default_fallbacks"):
            settings["default_fallbacks"] = _in_service(settings["default_fallbacks"], models)
        for kind in BY_MODEL:
            if settings.get(kind):
                rules = [
                    {name: _in_service(others, models)} for rule in settings[kind] for name, others in rule.items()
                ]
                settings[kind] = [rule for rule in rules if all(rule.values())]


def _in_service(others: list[Any], models: Collection[str]) -> list[Any]:
    return [one for one in others if exists(one["model"] if isinstance(one, dict) else one, models)]
