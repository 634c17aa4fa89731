"""Forms: what was sent, as the model that the JSON twin takes, and what a template needs to show it once more."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from portal.core.errors import BadInput, PortalError
from portal.web.error_pages import bad_input
from portal.web.templating import Pages

Model = TypeVar("Model", bound=BaseModel)


def parsed(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Raises `BadInput` with a sentence for each field that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise bad_input(error.errors()) from error


def render_form(
    pages: Pages,
    request: Request,
    template: str,
    context: Mapping[str, Any],
    values: Mapping[str, Any],
    error: PortalError | None = None,
) -> Response:
    """The page with its form as it was filled in, and with what was wrong; passwords have to be typed again."""
    fields = error.fields if isinstance(error, BadInput) else {}
    form = {
        "values": {name: value for name, value in values.items() if "password" not in name},
        "errors": fields,
        "general": error.message if error and not fields else None,
        "retry_after": error.retry_after if error else None,
    }
    status = error.status if error else HTTPStatus.OK
    response = pages.render(request, template, {**context, "form": form}, status=status)
    if error and error.retry_after:
        response.headers["retry-after"] = str(error.retry_after)
    return response
