"""The catalogue as it is applied: the file, without the models whose endpoint does not run here."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from litellm_config.catalogue.card import Card
from litellm_config.catalogue.file import load_catalogue

SAMPLE_ENDPOINT = "os.environ/SAMPLE_ENDPOINT_URL"


@dataclass(frozen=True)
class Catalogue:
    """`content` is what LiteLLM reads; its secrets are references, some of them to variables of `environment`."""

    content: Mapping[str, Any]
    cards: tuple[Card, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The same for the same catalogue, on every instance; secrets are part of it and can't be read from it."""
        whole = json.dumps([self.content, dict(self.environment)], sort_keys=True, default=str)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]

    def write(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(self.content, sort_keys=False))


def read_catalogue(path: Path, environment: Mapping[str, str]) -> Catalogue:
    """Raises `CatalogueInvalid`. `environment` is where references are looked up."""
    content = load_catalogue(path)
    if not environment.get("SAMPLE_ENDPOINT_URL"):
        content["model_list"] = [model for model in content["model_list"] if not _is_sample(model)]
    return Catalogue(content, _cards(content["model_list"]))


def _cards(model_list: list[dict[str, Any]]) -> tuple[Card, ...]:
    cards: dict[str, Card] = {}
    for entry in model_list:
        model = entry["model_name"]
        cards.setdefault(model, Card(**{"name": model, **entry.get("model_info", {}), "id": model}))
    return tuple(cards.values())


def _is_sample(model: Any) -> bool:
    params = model.get("litellm_params") if isinstance(model, dict) else None
    return isinstance(params, dict) and params.get("api_base") == SAMPLE_ENDPOINT
