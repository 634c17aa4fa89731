"""The model catalogue: `config.yaml`, read, checked, and turned into what LiteLLM and people get to see."""

from litellm_config.catalogue.card import Card, Mode
from litellm_config.catalogue.effective import Catalogue, read_catalogue
from litellm_config.catalogue.file import load_catalogue
from litellm_config.catalogue.mistakes import CatalogueInvalid, Mistake

__all__ = ["Card", "Catalogue", "CatalogueInvalid", "Mistake", "Mode", "load_catalogue", "read_catalogue"]
