"""An error as programs read it: problem JSON, RFC 9457, with our `code`, `errors` and `request_id`."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field


class Problem(BaseModel):
    """`detail` is for people, `code` for programs."""

    type: str = "about:blank"
    title: str
    status: HTTPStatus
    detail: str
    code: str
    request_id: str = ""
    errors: dict[str, str] | None = Field(None, description="what is wrong with which field")


MEDIA_TYPE = "application/problem+json"
# For the OpenAPI document: any address may answer so. FastAPI would describe 422 in a form of its own.
_DECLARED: dict[str, Any] = {"description": "What went wrong", "content": {MEDIA_TYPE: {}}, "model": Problem}
RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": _DECLARED, "5XX": _DECLARED, 422: _DECLARED}


def problem_json(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.model_dump(mode="json", exclude_none=True), problem.status, media_type=MEDIA_TYPE)
