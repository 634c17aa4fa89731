"""The endpoints of models that have plain ones only: OpenAI-compatible, with nothing for LiteLLM to translate."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import litellm
from litellm.litellm_core_utils.llm_cost_calc.utils import generic_cost_per_token
from litellm.llms.openai.chat.gpt_transformation import OpenAIGPTConfig, OpenAIUnknownModelConfig
from litellm.proxy.litellm_pre_call_utils import LiteLLMProxyRequestSetup
from litellm.types.utils import LlmProviders, Usage
from litellm.utils import ProviderConfigManager

OPENAI = "openai/"
# Other configurations translate fields for models of their family.
PLAIN = (OpenAIGPTConfig, OpenAIUnknownModelConfig)
# Any other parameter means something to LiteLLM that is not done here.
KNOWN_PARAMS = frozenset(
    {
        "api_base",
        "api_key",
        "cooldown_time",
        "custom_llm_provider",
        "extra_headers",
        "model",
        "order",
        "stream_timeout",
        "timeout",
        "use_chat_completions_api",
        "weight",
    }
)
NAMED_PARAMS = frozenset({"extra_headers", "timeout"})
# For how long it is taken for granted which endpoints rest.
LOOK_SECONDS = 1.0
MANY = 1000


@dataclass(frozen=True, eq=False)
class Endpoint:
    """`named_first` and `named_last`: what of it is part of LiteLLM's names of stored answers, before and after the
    question.
    """

    id: str
    model: str
    api_base: str
    headers: tuple[tuple[str, str], ...]
    order: int
    weight: float
    timeout: float
    stream_timeout: float
    named_first: Mapping[str, Any]
    named_last: Mapping[str, Any]

    def price(self, usage: Usage) -> float:
        """In US dollars."""
        if self.id not in litellm.model_cost:
            return 0.0
        return float(sum(generic_cost_per_token(model=self.id, usage=usage, custom_llm_provider="openai")))

    def highest_price(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Of an answer of at most so many tokens, if their price does not rise with their number."""
        per_token = _prices(self)
        return prompt_tokens * per_token[0] + completion_tokens * per_token[1]


class Endpoints:
    """The catalogue is the same as long as this process lives."""

    def __init__(self, router: Any, *, passes_headers: bool) -> None:
        """`passes_headers`: LiteLLM's `forward_client_headers_to_llm_api`."""
        self._router = router
        self._passes_headers = passes_headers
        self._models = _plain_models(router)
        self._by_id = {one.id: one for endpoints in self._models.values() for one in endpoints}
        self._resting: frozenset[str] = frozenset()
        self._looked_at = float("-inf")

    def has(self, model: str) -> bool:
        return model in self._models

    def price(self, endpoint: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """`None` for one that is not plain."""
        found = self._by_id.get(endpoint)
        usage = Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
        return found.price(usage) if found else None

    def passed(self, headers: Mapping[bytes, bytes]) -> dict[str, str]:
        """The headers of a request that its endpoint gets, too."""
        if not self._passes_headers:
            return {}
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        passed: dict[str, str] = LiteLLMProxyRequestSetup._get_forwardable_headers(named)
        return passed

    async def choose(self, model: str) -> Endpoint | None:
        """By priority and weight among those that do not rest, as LiteLLM does."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            await self._look()
        awake = [one for one in self._models.get(model, ()) if one.id not in self._resting]
        if not awake:
            return None
        first = min(one.order for one in awake)
        best = [one for one in awake if one.order == first]
        return best[0] if len(best) == 1 else random.choices(best, [one.weight for one in best])[0]  # noqa: S311 - no secret

    def forget_rest(self) -> None:
        """One has failed just now."""
        self._looked_at = float("-inf")

    async def _look(self) -> None:
        self._looked_at = time.monotonic()
        found = await self._router.cooldown_cache.async_get_active_cooldowns([*self._by_id], None)
        self._resting = frozenset(endpoint for endpoint, _ in found)


@cache
def _prices(endpoint: Endpoint) -> tuple[float, float]:
    """Of a token of the question and of one of the answer."""
    asked, said = (Usage(prompt_tokens=MANY, completion_tokens=0), Usage(prompt_tokens=0, completion_tokens=MANY))
    return endpoint.price(asked) / MANY, endpoint.price(said) / MANY


def _plain_models(router: Any) -> dict[str, list[Endpoint]]:
    models: dict[str, list[Endpoint] | None] = {}
    for entry in router.model_list:
        endpoint, name = _plain_endpoint(entry, router), entry["model_name"]
        known = models.setdefault(name, [])
        if endpoint is None or known is None or "*" in name:
            models[name] = None
        else:
            known.append(endpoint)
    aliases = router.model_group_alias or {}
    return {name: endpoints for name, endpoints in models.items() if endpoints and name not in aliases}


def _plain_endpoint(entry: Mapping[str, Any], router: Any) -> Endpoint | None:
    params = {name: value for name, value in entry["litellm_params"].items() if value}
    name, base, key = str(params.get("model")), params.get("api_base"), params.get("api_key")
    if not params.keys() <= KNOWN_PARAMS or not name.startswith(OPENAI) or not base or not key:
        return None
    model = name.removeprefix(OPENAI)
    config = ProviderConfigManager.get_provider_chat_config(model, LlmProviders.OPENAI)
    info = entry["model_info"]
    if type(config) not in PLAIN or info.get("mode") != "chat":
        return None
    timeout = float(params.get("timeout") or router.timeout)
    return Endpoint(
        id=str(info["id"]),
        model=model,
        api_base=str(base),
        headers=(*(params.get("extra_headers") or {}).items(), ("authorization", f"Bearer {key}")),
        order=int(params.get("order", 1)),
        weight=float(params.get("weight", 1)),
        timeout=timeout,
        stream_timeout=float(params.get("stream_timeout") or router.stream_timeout or timeout),
        named_first={name: value for name, value in params.items() if name in NAMED_PARAMS},
        named_last={} if "timeout" in params else {"timeout": router.timeout},
    )
