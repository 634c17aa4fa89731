"""Finding a model among many."""

from collections.abc import Iterable
from dataclasses import dataclass

from litellm_config.catalogue import Mode
from portal.clients.catalogue import ListedModel


@dataclass(frozen=True)
class ModelSearch:
    """`text`: every word of it somewhere in what the card says."""

    text: str = ""
    mode: Mode | None = None
    only_available: bool = False

    @property
    def is_empty(self) -> bool:
        return self == ModelSearch()

    def among(self, models: Iterable[ListedModel]) -> list[ListedModel]:
        """In their order, with those that are known to be unavailable at the end."""
        found = [model for model in models if self._matches(model)]
        return sorted(found, key=lambda model: model.available is False)

    def _matches(self, model: ListedModel) -> bool:
        card = model.card
        if self.mode and card.mode != self.mode:
            return False
        if self.only_available and model.available is False:
            return False
        said = (card.id, card.name, card.description, card.owned_by, card.parameters, card.architecture)
        whole = " ".join(filter(None, said)).casefold()
        return all(word in whole for word in self.text.casefold().split())
