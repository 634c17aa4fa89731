"""Is an endpoint compatible? It is called as OpenAI's SDKs would call it, and each finding is said in a line."""

from litellm_config.endpoints.trial.finding import Finding
from litellm_config.endpoints.trial.run import try_endpoint

__all__ = ["Finding", "try_endpoint"]
