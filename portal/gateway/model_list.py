"""The list of models: LiteLLM decides which ones a key may use, the catalogue says what they are."""

import json
from collections.abc import Callable
from typing import Any

from portal.clients.catalogue import ListedModel
from portal.gateway import errors

FindModel = Callable[[str], ListedModel | None]


def described(body: bytes, find: FindModel) -> bytes:
    """Models that were taken out of service are left out; what no gateway has published stays as LiteLLM lists it."""
    content: dict[str, Any] = json.loads(body)
    content["data"] = [entry for one in content["data"] if (entry := _described(one, find(one["id"])))]
    return json.dumps(content, ensure_ascii=False).encode()


def one_of(body: bytes, model: str) -> bytes:
    """One entry of the list: the name never becomes part of a path at LiteLLM."""
    for entry in json.loads(body)["data"]:
        if entry["id"] == model:
            return json.dumps(entry, ensure_ascii=False).encode()
    raise errors.model_not_found(model)


def _described(entry: dict[str, Any], model: ListedModel | None) -> dict[str, Any] | None:
    """OpenAI's fields stay as they are, so every SDK reads them. `available` is absent while nobody knows.

    https://platform.openai.com/docs/api-reference/models/object
    """
    if model is None:
        return entry
    card = model.card
    if not card.available:
        return None
    told = {
        "owned_by": card.owned_by,
        "name": card.name,
        "description": card.description,
        "context_length": card.token_limit,
    }
    available = {} if model.available is None else {"available": model.available}
    return entry | {name: value for name, value in told.items() if value} | available
