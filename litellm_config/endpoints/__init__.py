"""The endpoints behind the models: are they there, which models do they have, are they compatible."""

from litellm_config.endpoints.address import Address
from litellm_config.endpoints.discovery import Discovery
from litellm_config.endpoints.pace import Pace
from litellm_config.endpoints.prober import Prober

__all__ = ["Address", "Discovery", "Pace", "Prober"]
