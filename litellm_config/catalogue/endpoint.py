"""Where a model runs: one entry of the file, or one model of a seed, with its secrets looked up.

The addresses and keys in here are for whoever asks the endpoint itself; they never reach a page, an answer or a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litellm_config.catalogue.addresses import REFERENCE
from litellm_config.catalogue.card import Mode

# Kinds of endpoints that speak OpenAI's API at the address they are given.
# https://docs.litellm.ai/docs/providers/openai_compatible
OPENAI_COMPATIBLE = {
    "custom_openai",
    "hosted_vllm",
    "litellm_proxy",
    "llamafile",
    "lm_studio",
    "openai",
    "openai_like",
    "text-completion-openai",
    "vllm",
}
NO_KEY = "none"


@dataclass(frozen=True)
class Endpoint:
    """`provider_model` is what the endpoint itself calls the model.

    `api_base` is only there where the endpoint speaks OpenAI's API and can be asked for its models, at
    `{api_base}/models`; without it, it is a provider that is not probed, such as Anthropic.
    `line` is that of its entry in the file; an endpoint of `ENDPOINTS` has none.
    """

    model: str
    mode: Mode
    provider_model: str
    api_base: str | None
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    priority: int = 1
    weight: float = 1
    line: int | None = field(default=None, compare=False)


def make_endpoint(entry: Mapping[str, Any], mode: Mode, line: int | None, environment: Mapping[str, str]) -> Endpoint:
    """Of an effective entry; `environment` has every variable that it refers to."""
    params = _looked_up(entry["litellm_params"], environment)
    key = params.get("api_key")
    return Endpoint(
        model=entry["model_name"],
        mode=mode,
        provider_model=_without_provider(params),
        api_base=params.get("api_base") if is_openai_compatible(params) else None,
        api_key=None if key == NO_KEY else key,
        headers=params.get("extra_headers") or {},
        priority=params.get("order", 1),
        weight=params.get("weight", 1),
        line=line,
    )


def is_openai_compatible(params: Mapping[str, Any]) -> bool:
    provider = params.get("custom_llm_provider") or str(params["model"]).partition("/")[0]
    return provider in OPENAI_COMPATIBLE and bool(params.get("api_base"))


def _without_provider(params: Mapping[str, Any]) -> str:
    model = str(params["model"])
    provider, slash, rest = model.partition("/")
    has_provider = bool(slash) and ("custom_llm_provider" not in params or params["custom_llm_provider"] == provider)
    return rest if has_provider else model


def _looked_up(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _looked_up(item, environment) for name, item in value.items()}
    if isinstance(value, str) and value.startswith(REFERENCE):
        return environment.get(value.removeprefix(REFERENCE))
    return value
