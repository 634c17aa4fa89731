"""Requests that change something must come from our own pages.

Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin.
Programs say nothing and carry no cookie.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.core.errors import NotAllowed
from portal.web.error_pages import ErrorPages

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class CrossSiteRefused(NotAllowed):
    code = "cross_site_request"


class CsrfGuard:
    def __init__(self, app: ASGIApp, errors: ErrorPages, base_url_of: Callable[[HTTPConnection], str]) -> None:
        self._app = app
        self._errors = errors
        self._base_url_of = base_url_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            request = Request(scope)
            if not self._is_ours(request):
                error = CrossSiteRefused("This request came from another site. Please use the form on our own page.")
                await self._errors.answer(request, error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_ours(self, request: Request) -> bool:
        if _has_token_alone(request):
            return True
        site = request.headers.get("sec-fetch-site")
        if site:
            return site in {"same-origin", "none"}
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == urlsplit(self._base_url_of(request)).netloc


def _has_token_alone(request: Request) -> bool:
    """Another site can make a browser send a cookie, never an access token."""
    return request.headers.get("authorization", "").startswith("Bearer ") and "cookie" not in request.headers
