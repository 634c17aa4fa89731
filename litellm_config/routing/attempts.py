"""Which endpoints one request has tried, kept where LiteLLM hands it from attempt to attempt."""

import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

from litellm.litellm_core_utils.core_helpers import get_metadata_variable_name_from_kwargs

# A caller sends `metadata` too, and must not know this name.
TRIED = f"tried_endpoints_{secrets.token_hex(8)}"


def tried_by(request: Mapping[str, Any] | None) -> Counter[str]:
    return Counter(_metadata(request).get(TRIED, ()))


def remember(request: Mapping[str, Any], endpoint: str) -> None:
    metadata = _metadata(request)
    metadata[TRIED] = (*metadata.get(TRIED, ()), endpoint)


def endpoint_of(request: Mapping[str, Any]) -> str | None:
    """The one that LiteLLM chose last."""
    chosen = _metadata(request).get("model_info")
    endpoint = chosen.get("id") if isinstance(chosen, Mapping) else None
    return endpoint if isinstance(endpoint, str) else None


def id_of(deployment: Mapping[str, Any]) -> str:
    return str(deployment["model_info"]["id"])


def _metadata(request: Mapping[str, Any] | None) -> dict[str, Any]:
    """Where LiteLLM keeps its own notes of a request."""
    metadata = request.get(get_metadata_variable_name_from_kwargs(dict(request))) if request else None
    return metadata if isinstance(metadata, dict) else {}
