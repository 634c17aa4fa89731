"""`portal gateway`: LiteLLM kept running, and the model catalogue applied while it does.

A supervisor, which never loads LiteLLM, holds the port and watches the file; its workers, one per applied catalogue,
answer.
"""

from litellm_config.running.errors import GatewayFailed
from litellm_config.running.gateway import run_gateway
from litellm_config.running.options import GatewayOptions

__all__ = ["GatewayFailed", "GatewayOptions", "run_gateway"]
