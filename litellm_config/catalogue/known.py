"""The names that may stand in the file: LiteLLM's, as `generate.py` found them, and what to say of any other."""

import difflib
import functools
import json
from collections.abc import Iterable
from pathlib import Path

NAMES_FILE = Path(__file__).with_name("litellm_names.json")
SIMILAR = 0.82

# What people write who know other gateways.
SYNONYMS = {
    "apikey": "api_key",
    "base": "api_base",
    "endpoint": "api_base",
    "key": "api_key",
    "model": "model_name",
    "models": "model_list",
    "name": "model_name",
    "params": "litellm_params",
    "priority": "order",
    "url": "api_base",
}


@functools.cache
def litellm_names(section: str) -> frozenset[str]:
    return frozenset(json.loads(NAMES_FILE.read_text())[section])


def similar_name(name: str, names: Iterable[str]) -> str | None:
    """The one that was probably meant."""
    choice = {known.lower().replace("-", "_"): known for known in names}
    plain = name.lower().replace("-", "_")
    if plain in choice:
        return choice[plain]
    if (synonym := SYNONYMS.get(plain)) in choice.values():
        return synonym
    close = difflib.get_close_matches(plain, choice, n=1, cutoff=SIMILAR)
    return choice[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    similar = similar_name(name, names)
    return f"; did you mean `{similar}`?" if similar else ""
