"""The catalogue of the tests: the shipped one, and models whose endpoints tests start and stop themselves."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from chat_models import entries as chat_entries

from portal.up.ports import is_free

SHIPPED = Path(__file__).parents[1] / "litellm_config" / "config.yaml"
# Below the ports that systems give out by themselves.
PORTS = range(20_000, 32_000)
REST_SECONDS = 3
SILENCE_SECONDS = 1.0

# The settings of each endpoint of a model; its address is added.
NEVER_RESTS = {"cooldown_time": 0}
PATIENT = {"timeout": 60, "stream_timeout": 60}
# US dollars.
PRICES = {"input_cost_per_token": 0.00001, "output_cost_per_token": 0.001}
MODELS: Mapping[str, list[dict[str, Any]]] = {
    "routing-failover": [{"order": 1, **NEVER_RESTS}, {"order": 2, **NEVER_RESTS}],
    "routing-peers": [{"order": 1}, {"order": 1}, {"order": 1}, {"order": 2}],
    "routing-rest": [{"order": 1}, {"order": 2}],
    "routing-once": [{"order": 1}, {"order": 2}],
    "routing-killed": [{"order": 1}, {"order": 2}],
    "routing-alone": [{}],
    "routing-limited": [{"order": order, "max_parallel_requests": 1, **PATIENT} for order in (1, 2)],
    "routing-patient": [PATIENT],
    "routing-with-fallback": [{}],
    "routing-fallback": [{}],
    "routing-refused-with-fallback": [{}],
    "routing-cache": [{"use_chat_completions_api": True}],
    "routing-cache-shared": [{}],
    "routing-cache-off": [{}],
    "express": [{"order": order, **NEVER_RESTS, **PRICES} for order in (1, 2)],
}
CACHE = {"routing-cache-shared": "shared", "routing-cache-off": False}
FALLBACKS = [{model: ["routing-fallback"]} for model in ("routing-with-fallback", "routing-refused-with-fallback")]


def write_catalogue(path: Path) -> dict[str, list[int]]:
    """The ports of the endpoints of each model, in the order above, and under `chat` the one of all chat models;
    nothing listens there yet.
    """
    catalogue = yaml.safe_load(SHIPPED.read_text())
    free = (port for port in random.sample(PORTS, len(PORTS)) if is_free(port))
    ports = {model: [next(free) for _ in endpoints] for model, endpoints in MODELS.items()}
    for model, endpoints in MODELS.items():
        for port, settings in zip(ports[model], endpoints, strict=True):
            catalogue["model_list"].append(entry(model, port, settings))
    ports["chat"] = [next(free)]
    catalogue["model_list"] += chat_entries(*ports["chat"])
    settings = catalogue.setdefault("router_settings", {})
    settings["fallbacks"] = [*settings.get("fallbacks", []), *FALLBACKS]
    settings["context_window_fallbacks"] = [*settings.get("context_window_fallbacks", []), *FALLBACKS]
    path.write_text(yaml.safe_dump(catalogue, sort_keys=False))
    return ports


def entry(model: str, port: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    params = {
        "model": "openai/sample-chat",
        "api_base": f"http://127.0.0.1:{port}/v1",
        "api_key": "sample",
        "timeout": SILENCE_SECONDS,
        "stream_timeout": SILENCE_SECONDS,
        "cooldown_time": REST_SECONDS,
        **settings,
    }
    info = {"mode": "chat", **({"cache": CACHE[model]} if model in CACHE else {})}
    return {"model_name": model, "litellm_params": params, "model_info": info}
