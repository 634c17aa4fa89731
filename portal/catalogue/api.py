"""The catalogue as JSON: each card under the names of the file, with what is known of its endpoints."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from litellm_config.catalogue import Card, Mode
from portal.catalogue.search import ModelSearch
from portal.clients.catalogue import ListedModel, ModelCatalogue
from portal.core.errors import NotFound

MAX_SEARCH = 100

Text = Annotated[str, Query(max_length=MAX_SEARCH, description="words that the card has to have, all of them")]
Kind = Annotated[Mode | None, Query(description="what the model does")]


class ModelNotFound(NotFound):
    code = "model_not_found"
    next_step = ("All models", "/models")

    def __init__(self) -> None:
        super().__init__("There is no such model. It may have been renamed or taken out of the catalogue.")


class ModelAnswer(Card):
    available: bool | None = Field(  # type: ignore[assignment]  # as live as it can be, so it may be unknown
        None, description="null when nobody has asked its endpoints lately"
    )
    endpoints_up: int | None = None
    endpoints: int | None = None
    since: datetime | None = Field(None, description="when `available` last changed")

    @classmethod
    def of(cls, model: ListedModel) -> "ModelAnswer":
        state = model.state.model_dump(exclude={"available"}) if model.state else {}
        return cls(**model.card.model_dump(by_alias=False) | state | {"available": model.available})


class ModelsAnswer(BaseModel):
    models: Sequence[ModelAnswer]


def answers_of(catalogue: ModelCatalogue, mode: Mode | None = None, q: str = "") -> list[ModelAnswer]:
    return [ModelAnswer.of(model) for model in ModelSearch(q, mode).among(catalogue.models)]


class CatalogueApi:
    def __init__(self, catalogue: ModelCatalogue) -> None:
        self._catalogue = catalogue

    def router(self) -> APIRouter:
        router = APIRouter(tags=["models"])
        router.add_api_route("/api/models", self.models, methods=["GET"])
        router.add_api_route("/api/models/{model_id:path}", self.model, methods=["GET"])
        return router

    async def models(self, q: Text = "", mode: Kind = None) -> ModelsAnswer:
        """The models that can be used here, and whether their endpoints are up right now. Prices are US dollars."""
        return ModelsAnswer(models=answers_of(self._catalogue, mode, q))

    async def model(self, model_id: str) -> ModelAnswer:
        """One model; its id may contain slashes."""
        model = self._catalogue.find(model_id)
        if model is None:
            raise ModelNotFound
        return ModelAnswer.of(model)
