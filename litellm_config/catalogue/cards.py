"""Cards out of entries, and what of an entry is none of LiteLLM's business."""

from collections.abc import Mapping
from typing import Any

from litellm_config.catalogue.addresses import REFERENCE
from litellm_config.catalogue.card import Card
from litellm_config.catalogue.known import litellm_names

FIELDS = {field.alias or name for name, field in Card.model_fields.items()}
# Of our own, and read inside LiteLLM (see `response_cache`).
READ_BY_WORKERS = {"cache"}
PRICES = ("input_cost_per_token", "output_cost_per_token")


def make_card(entry: Mapping[str, Any]) -> Card:
    """Of the model's first entry. A price that stands with the endpoint is the model's price as well."""
    model, params, info = entry["model_name"], entry["litellm_params"], entry.get("model_info") or {}
    prices = {name: params[name] for name in PRICES if is_number(params.get(name))}
    given = {name: value for name, value in info.items() if name in FIELDS and value is not None}
    return Card.model_validate({"name": model, **prices, **given, "id": model})


def litellm_info(info: Mapping[str, Any], card: Card) -> dict[str, Any]:
    """`model_info` without the card's fields, which would be copied into each request and its log.

    Those that LiteLLM knows too, such as the mode, stay, and are said of every endpoint of the model.
    """
    known = litellm_names("model_info") | READ_BY_WORKERS
    own = {name: value for name, value in info.items() if name in known}
    return {**own, "mode": card.mode}


def is_number(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and value.startswith(REFERENCE))
