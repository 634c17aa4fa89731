"""Where a model runs: one entry of the file, or one model of a seed, with its secrets looked up.

The addresses and keys in here are for whoever asks the endpoint itself; they never reach a page, an answer or a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from litellm_config.catalogue.card import Mode


@dataclass(frozen=True)
class Endpoint:
    """`provider_model` is what the endpoint itself calls the model.

    `api_base` is only there where the endpoint speaks OpenAI's API and can be asked for its models, at
    `{api_base}/models`; without it, it is a provider that is not probed, such as Anthropic.
    """

    model: str
    mode: Mode
    provider_model: str
    api_base: str | None
    api_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    priority: int = 1
    weight: float = 1
