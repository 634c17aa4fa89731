"""`config.schema.json`: what an editor completes and checks `config.yaml` with."""

from pathlib import Path
from typing import Any

from litellm_config.catalogue.known import litellm_names
from litellm_config.catalogue.shape import File

SCHEMA_FILE = Path(__file__).parents[1] / "config.schema.json"
SECTIONS = {
    "LiteLLMParams": "litellm_params",
    "ModelInfo": "model_info",
    "RouterSettings": "router_settings",
    "LiteLLMSettings": "litellm_settings",
    "GeneralSettings": "general_settings",
}


def make_schema() -> dict[str, Any]:
    schema = File.model_json_schema(by_alias=True)
    for definition, section in SECTIONS.items():
        _add_names(schema["$defs"][definition], section)
    _add_names(schema, "sections")
    schema["$defs"]["ModelInfo"]["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_without_noise(schema)}


def _without_noise(value: Any) -> Any:
    """Editors show titles, and pydantic makes them by repeating the name."""
    if isinstance(value, dict):
        kept = {name: item for name, item in value.items() if not (name == "title" and isinstance(item, str))}
        return {name: _without_noise(item) for name, item in kept.items() if (name, item) != ("default", None)}
    return [_without_noise(item) for item in value] if isinstance(value, list) else value


def _add_names(definition: dict[str, Any], section: str) -> None:
    properties = definition["properties"]
    for name in sorted(litellm_names(section) - properties.keys()):
        properties[name] = {}
