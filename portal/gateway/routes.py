"""The paths of the OpenAI-compatible API. What is not named here cannot be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.gateway.errors import method_not_allowed, model_not_found, not_found


@dataclass(frozen=True)
class Route:
    """`name` is also the path below `/v1/` at LiteLLM; `model` is set where one entry of the list is wanted."""

    method: str
    name: str
    ends_with_done: bool = False
    takes_form: bool = False
    model: str | None = None

    @property
    def takes_json(self) -> bool:
        return self.method == "POST" and not self.takes_form


MODELS = "models"
ROUTES = {
    f"/{route.name}": route
    for route in (
        Route("POST", "chat/completions", ends_with_done=True),
        Route("POST", "completions", ends_with_done=True),
        Route("POST", "embeddings"),
        Route("POST", "audio/transcriptions", takes_form=True),
        Route("POST", "images/generations"),
        Route("POST", "responses"),
        Route("GET", MODELS),
    )
}
MODEL_PREFIX = "/models/"
OTHER = "/other"


def template_of(path: str) -> str:
    """What a path is called where nobody outside may make up a name."""
    if path in ROUTES:
        return path
    return f"{MODEL_PREFIX}{{model_id}}" if path.startswith(MODEL_PREFIX) else OTHER


def find_route(scope: Mapping[str, Any]) -> Route:
    """Nothing is normalised. An escaped character is allowed in a model's name only, where it never becomes a path."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    is_escaped = b"%" in (scope.get("raw_path") or b"").partition(b"?")[0]
    route = None if is_escaped else ROUTES.get(path)
    if route is None and path.startswith(MODEL_PREFIX):
        route = Route("GET", MODELS, model=path.removeprefix(MODEL_PREFIX))
    if route is None:
        raise not_found()
    if scope["method"] != route.method:
        raise method_not_allowed(route.method)
    if route.model == "":
        raise model_not_found(None)
    return route
