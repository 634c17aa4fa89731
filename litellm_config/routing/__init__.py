"""How a request finds an endpoint that answers, where LiteLLM 1.108 alone falls short. See docs/routing.md."""

from litellm_config.routing.install import install
from litellm_config.routing.presence import WatchPresence

__all__ = ["WatchPresence", "install"]
