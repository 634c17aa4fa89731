"""Entries as LiteLLM gets them: what the file leaves unsaid is said, because LiteLLM's own defaults would surprise."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from litellm_config.catalogue.card import Card
from litellm_config.catalogue.cards import is_number, litellm_info
from litellm_config.catalogue.endpoint import NO_KEY, is_openai_compatible

FIRST_PRIORITY = 1
FULL_WEIGHT = 1
OPENAI = "openai/"
PRICE = "cost_per_"

Entry = dict[str, Any]


def worker_entries(entries: Sequence[Entry], cards: Mapping[str, Card]) -> list[Entry]:
    by_model: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_model[entry["model_name"]].append(entry)
    for model, endpoints in by_model.items():
        for entry in endpoints:
            entry["litellm_params"] = _params(entry, cards[model])
            prices = _taken_prices(entry["litellm_params"])
            entry["model_info"] = litellm_info(entry.get("model_info") or {}, cards[model]) | prices
        _say_for_all(endpoints, "order", FIRST_PRIORITY)
        _say_for_all(endpoints, "weight", FULL_WEIGHT)
    return list(entries)


def _params(entry: Entry, card: Card) -> dict[str, Any]:
    params = {name: value for name, value in entry["litellm_params"].items() if value is not None}
    if not is_openai_compatible(params):
        return params | _headers(entry)
    if "litellm_credential_name" not in params:
        # Without a key LiteLLM would send the one of OPENAI_API_KEY to an endpoint that asks for none.
        params.setdefault("api_key", NO_KEY)
    if params["model"].startswith(OPENAI) and card.mode == "chat":
        # Few compatible endpoints have /v1/responses; LiteLLM can make it from chat completions, which all have.
        params.setdefault("use_chat_completions_api", True)
    return params | _headers(entry)


def _taken_prices(params: dict[str, Any]) -> dict[str, Any]:
    """Those of `model_info` LiteLLM registers when it starts; those among the parameters it registers in each request
    anew, and then forgets what it had worked out for all models. Only among the parameters it resolves references.
    """
    names = [name for name, value in params.items() if PRICE in name and is_number(value)]
    return {name: params.pop(name) for name in names}


def _headers(entry: Entry) -> dict[str, Any]:
    """`customHeaders` in LiteLLM's words."""
    headers = (entry.get("model_info") or {}).get("customHeaders")
    given = entry["litellm_params"].get("extra_headers") or {}
    return {"extra_headers": {**given, **headers}} if headers else {}


def _say_for_all(endpoints: Sequence[Entry], name: str, default: int) -> None:
    """Where one endpoint has a weight or a priority, LiteLLM would never choose another that has none."""
    if any(name in entry["litellm_params"] for entry in endpoints):
        for entry in endpoints:
            entry["litellm_params"].setdefault(name, default)
