"""The model catalogue: `config.yaml`, read, checked, and turned into what LiteLLM and people get to see."""

from litellm_config.catalogue.card import Card, Mode
from litellm_config.catalogue.effective import Catalogue, read_catalogue
from litellm_config.catalogue.endpoint import Endpoint
from litellm_config.catalogue.mistakes import CatalogueInvalid, Mistake
from litellm_config.catalogue.seed import Seed, SeedEndpoint

__all__ = [
    "Card",
    "Catalogue",
    "CatalogueInvalid",
    "Endpoint",
    "Mistake",
    "Mode",
    "Seed",
    "SeedEndpoint",
    "read_catalogue",
]
