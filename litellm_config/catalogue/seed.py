"""What the environment adds to the file: `ENDPOINTS` and the other settings that earlier gateways were started with."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litellm_config.catalogue.addresses import REFERENCE
from litellm_config.catalogue.card import Mode

# What a model is for, told by its name where nobody says it. The first one that fits.
MODES: Mapping[Mode, tuple[str, ...]] = {
    "embedding": ("embed", "bge-", "gte-", "e5-"),
    "audio_transcription": ("whisper", "transcribe", "transcription"),
    "image_generation": ("dall-e", "gpt-image", "stable-diffusion", "sdxl", "flux"),
}


@dataclass(frozen=True)
class SeedEndpoint:
    """An OpenAI-compatible endpoint, `url` as in `api_base`. One without models has those that it names itself."""

    url: str
    api_key: str | None = field(default=None, repr=False)
    priority: int = 1
    weight: float = 1
    models: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The name by which LiteLLM finds the key; it is the same wherever the endpoint stands in the list."""
        digest = hashlib.sha256(f"{self.url}\n{self.api_key}".encode()).hexdigest()
        return f"SEED_ENDPOINT_KEY_{digest[:12]}"


@dataclass(frozen=True)
class Seed:
    """`None` leaves what the file says. The delay before another try is in seconds."""

    endpoints: tuple[SeedEndpoint, ...] = ()
    fallback_model: str | None = None
    retry_attempts: int | None = None
    retry_delay: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether endpoints tell their models themselves, so that models come and go."""
        return not all(endpoint.models for endpoint in self.endpoints)


NO_SEED = Seed()


def seed_entries(seed: Seed, discovered: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    """Entries as they would stand in `model_list`; the same endpoint twice is one."""
    told = set()
    for endpoint in seed.endpoints:
        for model in endpoint.models or sorted(set(discovered.get(endpoint.url, ()))):
            if (endpoint.variable, model) not in told:
                told.add((endpoint.variable, model))
                yield _entry(endpoint, model)


def seed_environment(seed: Seed) -> dict[str, str]:
    return {endpoint.variable: endpoint.api_key for endpoint in seed.endpoints if endpoint.api_key}


def seed_router_settings(seed: Seed) -> dict[str, Any]:
    given = {
        "default_fallbacks": [seed.fallback_model] if seed.fallback_model else None,
        "num_retries": seed.retry_attempts,
        "retry_after": seed.retry_delay,
    }
    return {name: value for name, value in given.items() if value is not None}


def _entry(endpoint: SeedEndpoint, model: str) -> dict[str, Any]:
    key = {"api_key": f"{REFERENCE}{endpoint.variable}"} if endpoint.api_key else {}
    params = {"model": f"openai/{model}", "api_base": endpoint.url, **key}
    return {
        "model_name": model,
        "litellm_params": params | {"order": endpoint.priority, "weight": endpoint.weight},
        "model_info": {"mode": _mode(model)},
    }


def _mode(model: str) -> Mode:
    name = model.lower().rpartition("/")[2]
    return next((mode for mode, words in MODES.items() if any(word in name for word in words)), "chat")
