"""The catalogue as it is applied: the file, without the models whose endpoint does not run here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from litellm_config.catalogue.card import Card
from litellm_config.catalogue.endpoint import Endpoint
from litellm_config.catalogue.file import load_catalogue
from litellm_config.catalogue.seed import Seed, SeedEndpoint

REFERENCE = "os.environ/"
NOTHING: Mapping[str, Sequence[str]] = {}
SAMPLE_ENDPOINT = "os.environ/SAMPLE_ENDPOINT_URL"


@dataclass(frozen=True)
class Catalogue:
    """`content` is what LiteLLM reads; its secrets are references, some of them to variables of `environment`.

    `undiscovered` are the endpoints that are to be asked which models they have, again and again.
    """

    content: Mapping[str, Any]
    cards: tuple[Card, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    endpoints: tuple[Endpoint, ...] = ()
    undiscovered: tuple[SeedEndpoint, ...] = ()

    @property
    def version(self) -> str:
        """The same for the same catalogue, on every instance; secrets are part of it and can't be read from it."""
        whole = json.dumps([self.content, dict(self.environment)], sort_keys=True, default=str)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]

    def write(self, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(self.content, sort_keys=False))


def read_catalogue(
    path: Path,
    environment: Mapping[str, str],
    *,
    seed: Seed = Seed(),  # noqa: B008 - it can't be changed
    discovered: Mapping[str, Sequence[str]] = NOTHING,  # noqa: ARG001 - seeds become deployments next
) -> Catalogue:
    """Raises `CatalogueInvalid`. `environment` is where references are looked up.

    `discovered` are the models of seed endpoints without a list of their own, by the endpoint's URL.
    """
    content = load_catalogue(path)
    if not environment.get("SAMPLE_ENDPOINT_URL"):
        content["model_list"] = [model for model in content["model_list"] if not _is_sample(model)]
    return Catalogue(
        content,
        _cards(content["model_list"]),
        endpoints=tuple(_endpoint(entry, environment) for entry in content["model_list"]),
        undiscovered=tuple(endpoint for endpoint in seed.endpoints if not endpoint.models),
    )


def _endpoint(entry: dict[str, Any], environment: Mapping[str, str]) -> Endpoint:
    params = {name: _resolved(value, environment) for name, value in entry["litellm_params"].items()}
    return Endpoint(
        model=entry["model_name"],
        mode=entry.get("model_info", {}).get("mode", "chat"),
        provider_model=params["model"].removeprefix("openai/"),
        api_base=params.get("api_base") if params["model"].startswith("openai/") else None,
        api_key=params.get("api_key"),
        headers=params.get("extra_headers", {}),
        priority=params.get("order", 1),
        weight=params.get("weight", 1),
    )


def _resolved(value: Any, environment: Mapping[str, str]) -> Any:
    is_reference = isinstance(value, str) and value.startswith(REFERENCE)
    return environment.get(value.removeprefix(REFERENCE)) if is_reference else value


def _cards(model_list: list[dict[str, Any]]) -> tuple[Card, ...]:
    cards: dict[str, Card] = {}
    for entry in model_list:
        model = entry["model_name"]
        cards.setdefault(model, Card(**{"name": model, **entry.get("model_info", {}), "id": model}))
    return tuple(cards.values())


def _is_sample(model: Any) -> bool:
    params = model.get("litellm_params") if isinstance(model, dict) else None
    return isinstance(params, dict) and params.get("api_base") == SAMPLE_ENDPOINT
