"""How to call the API: one page, with the reader's own address, limits and models."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from portal.accounts.cookie import Visitor
from portal.catalogue.api import MAX_SEARCH
from portal.catalogue.api_errors import ERRORS
from portal.catalogue.examples import examples_of, models_for_examples
from portal.catalogue.pages import API_PATH
from portal.clients.catalogue import ModelCatalogue
from portal.core.settings import Settings
from portal.keys.policy import Policies
from portal.models import Kind
from portal.web.client_address import base_url
from portal.web.templating import Pages

MEGABYTE = 1_048_576

# Each has its examples in `templates/catalogue/examples/`; the page names and orders them.
TOPICS = (
    "chat",
    "streaming",
    "tools",
    "structured",
    "embeddings",
    "images",
    "audio",
    "models",
    "caching",
    "errors",
    "timeouts",
    "request-ids",
)


class DocumentationPage:
    def __init__(self, settings: Settings, catalogue: ModelCatalogue, policies: Policies, pages: Pages) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._policies = policies
        self._pages = pages

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/documentation", self.page, methods=["GET"], response_class=HTMLResponse)
        return router

    async def page(
        self, request: Request, reader: Visitor, model: Annotated[str, Query(max_length=MAX_SEARCH)] = ""
    ) -> Response:
        address = base_url(request, self._settings.public_url, self._settings.trusted_proxies) + API_PATH
        chat_models = self._catalogue.usable("chat")
        models = models_for_examples(self._catalogue)
        if any(card.id == model for card in chat_models):
            models["chat"] = model
        context: dict[str, Any] = {
            "base_url": address,
            "chat_models": chat_models,
            "models": models,
            "examples": {topic: examples_of(topic, address, models) for topic in TOPICS},
            "errors": ERRORS,
            "visitors": self._policies[Kind.PERMISSIONLESS],
            "members": self._policies[Kind.LOCAL],
            "is_member": reader is not None and reader.has_account,
            "answer_minutes": round(self._settings.api_first_byte_timeout.total_seconds() / 60),
            "max_megabytes": self._settings.api_max_body_bytes // MEGABYTE,
        }
        return self._pages.render(request, "catalogue/documentation.html", context)
