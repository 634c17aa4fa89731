"""The same error as a page or as problem JSON (RFC 9457), by what was asked for.

Feature code raises; only this module knows what an error looks like.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.core.errors import BadInput, FreshSignInNeeded, PortalError, SignInNeeded, Unavailable
from portal.core.logs import get_logger
from portal.web.problem import Problem, problem_json
from portal.web.templating import Pages

log = get_logger()

# Addresses under /api at which a browser stands while a person signs in.
FOR_BROWSERS = ("/api/auth/auth0/", "/api/auth/callback")
PLAIN: dict[int, tuple[str, str, str]] = {
    404: ("not_found", "Not found", "There is nothing at this address."),
    405: ("method_not_allowed", "Not possible here", "This address doesn't do that. Please go back and try again."),
}


class ErrorPages:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def install(self, app: FastAPI) -> None:
        app.add_exception_handler(PortalError, self._portal_error)
        app.add_exception_handler(RequestValidationError, self._validation_error)
        app.add_exception_handler(HTTPException, self._http_error)
        app.add_exception_handler(Exception, self._bug)

    def answer(self, request: Request, error: PortalError) -> Response:
        if isinstance(error, Unavailable):
            log.warning("web.unavailable", service=error.service, code=error.code)
        if isinstance(error, SignInNeeded | FreshSignInNeeded) and not _wants_json(request):
            return _to_sign_in(request, again=isinstance(error, FreshSignInNeeded))
        fields = dict(error.fields) if isinstance(error, BadInput) else None
        problem = Problem(
            title=error.title, status=error.status, detail=error.message, code=error.code, errors=fields or None
        )
        return self._rendered(request, problem, error)

    async def _portal_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, PortalError)  # noqa: S101 - Starlette's type for handlers is wider than its promise
        return self.answer(request, error)

    async def _validation_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
        return self.answer(request, bad_input(error.errors()))

    async def _http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - as above
        status = HTTPStatus(error.status_code)
        code, title, detail = PLAIN.get(status, ("error", status.phrase, "Please go back and try again."))
        problem = Problem(title=title, status=status, detail=detail, code=code)
        response = self._rendered(request, problem)
        response.headers.update(error.headers or {})
        return response

    async def _bug(self, request: Request, error: Exception) -> Response:
        log.error("web.failed", path=request.url.path, exc_info=error)
        message = "This is our mistake and has been logged. Please try again, or tell us the request id below."
        return self.answer(request, PortalError(message))

    def _rendered(self, request: Request, problem: Problem, error: PortalError | None = None) -> Response:
        retry_after, next_step = (error.retry_after, error.next_step) if error else (None, None)
        if _wants_json(request):
            response: Response = problem_json(problem.model_copy(update={"request_id": request.state.request_id}))
        else:
            shown = problem.model_dump(include={"status", "title", "detail"})
            context = {**shown, "retry_after": retry_after, "next_step": next_step}
            response = self._pages.render(request, "error.html", context, status=problem.status)
        if retry_after:
            response.headers["retry-after"] = str(retry_after)
        if problem.status == HTTPStatus.UNAUTHORIZED:
            response.headers["www-authenticate"] = "Bearer"
        return response


def _wants_json(request: Request) -> bool:
    path = request.url.path
    return path.startswith("/api/") and not path.startswith(FOR_BROWSERS)


def _to_sign_in(request: Request, *, again: bool) -> Response:
    """And back to the page that asked for it; a form can't be sent again, so back to the page it stands on."""
    here = urlsplit(str(request.url) if request.method == "GET" else request.headers.get("referer", ""))
    path = here._replace(scheme="", netloc="", fragment="").geturl()
    query = {"next": path or "/"} | ({"again": "1"} if again else {})
    return RedirectResponse(f"/login?{urlencode(query)}", status_code=HTTPStatus.SEE_OTHER)


def bad_input(errors: Any) -> BadInput:
    """From pydantic's list of errors; what was sent is not repeated."""
    fields: dict[str, str] = {}
    for error in errors:
        name = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
        fields.setdefault(name, _sentence(error["type"], error["msg"]))
    return BadInput("; ".join(f"{name}: {text}" for name, text in fields.items()), fields=fields)


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "This is needed."
    if kind == "extra_forbidden":
        return "There is no such field."
    if kind == "json_invalid":
        return "This is not valid JSON."
    if message.startswith("value is not a valid email address"):
        return "This does not look like an e-mail address."
    return message.removeprefix("Value error, ")
