"""The pages of the models: all of them, one of them, and how to call them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from litellm_config.catalogue import Mode
from portal.accounts.cookie import Visitor
from portal.catalogue.about import rendered
from portal.catalogue.api import MAX_SEARCH, ModelNotFound
from portal.catalogue.examples import TOPIC_OF_MODE, examples_of, models_for_examples
from portal.catalogue.search import ModelSearch
from portal.catalogue.sheet import KINDS, ModelSheet
from portal.clients.catalogue import ModelCatalogue
from portal.core.settings import Settings
from portal.web.client_address import base_url
from portal.web.templating import Pages

API_PATH = "/api/v1"


class CataloguePages:
    def __init__(self, settings: Settings, catalogue: ModelCatalogue, pages: Pages) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        page: dict[str, Any] = {"methods": ["GET"], "response_class": HTMLResponse}
        router.add_api_route("/models", self.models, **page)
        router.add_api_route("/models/{model_id:path}", self.model, **page)
        return router

    async def models(
        self,
        request: Request,
        _: Visitor,
        q: Annotated[str, Query(max_length=MAX_SEARCH)] = "",
        mode: str = "",
        *,
        available: bool = False,
    ) -> Response:
        """A kind that does not exist is no kind: the address of a page may have been cut or mistyped."""
        kind: Mode | None = next((one for one in KINDS if one == mode), None)
        search = ModelSearch(q.strip(), kind, only_available=available)
        everything = self._catalogue.models
        present = {model.card.mode for model in everything}
        context = {
            "search": search,
            "total": len(everything),
            "models": [ModelSheet.of(model) for model in search.among(everything)],
            "kinds": {one: label for one, label in KINDS.items() if one in present},
        }
        return self._pages.render(request, "catalogue/models.html", context)

    async def model(self, request: Request, _: Visitor, model_id: str) -> Response:
        model = self._catalogue.find(model_id)
        if model is None:
            raise ModelNotFound
        sheet, mode = ModelSheet.of(model), model.card.mode
        address = base_url(request, self._settings.public_url, self._settings.trusted_proxies) + API_PATH
        named = models_for_examples(self._catalogue) | {mode: model.card.id}
        context = {
            "model": sheet,
            "about": rendered(model.card.about_content) if model.card.about_content else None,
            "examples": examples_of(TOPIC_OF_MODE[mode], address, named),
            "base_url": address,
            "can_chat": mode == "chat" and model.available is not False,
        }
        return self._pages.render(request, "catalogue/model.html", context)
