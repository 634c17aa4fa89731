"""Rendering pages: what every template can rely on, and nothing else."""

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from portal.core.settings import Link, Settings
from portal.web.numbers import count, usd
from portal.web.static_files import import_map, static

FOLDER = Path(__file__).parents[1] / "templates"


class Brand(NamedTuple):
    name: str
    tagline: str
    logo_url: str | None
    links: tuple[Link, ...]
    contact_url: str | None


class NavItem(NamedTuple):
    label: str
    href: str
    current: bool


class Viewer(Protocol):
    """Who looks at a page, as far as its frame is concerned."""

    @property
    def has_account(self) -> bool: ...

    @property
    def is_operator(self) -> bool: ...


CHAT = ("Chat", "/chat")
KEYS = ("Keys", "/keys")
USAGE = ("Usage", "/usage")
BUILD = (("Models", "/models"), ("Documentation", "/documentation"))
ANYBODY = (("Get a key", "/"), CHAT, KEYS, *BUILD)
VISITORS = (("Get a key", "/"), CHAT, KEYS, USAGE, *BUILD, ("Your data", "/account"))
MEMBERS = (CHAT, KEYS, USAGE, *BUILD, ("Account", "/account"))
OPERATORS = (("Operator", "/operator"),)


class Pages:
    """`gateway_state` is asked at each rendering, so that every page can say that the gateway is starting."""

    def __init__(self, settings: Settings, gateway_state: Callable[[], str]) -> None:
        self._gateway_state = gateway_state
        self._development = not settings.is_production
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(number=count, usd=usd)
        self._environment.globals.update(
            brand=Brand(
                settings.brand_name,
                settings.brand_tagline,
                settings.brand_logo_url,
                settings.brand_links,
                settings.brand_contact_url,
            ),
            can_sign_in=settings.has_auth0 or settings.has_local_accounts,
            static=static,
            import_map=import_map,
        )

    def render(
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any],
        *,
        status: int = HTTPStatus.OK,
    ) -> HTMLResponse:
        viewer: Viewer | None = getattr(request.state, "viewer", None)
        html = self._environment.get_template(template).render(
            {
                "nav": [NavItem(label, href, _is_here(request, href)) for label, href in _navigation(viewer)],
                "request_id": request.state.request_id,
                "viewer": viewer,
                "gateway": self._gateway_state(),
                "development": self._development,
                "csp_nonce": csp_nonce(request),
                **context,
            }
        )
        return HTMLResponse(html, status_code=status, headers={"cache-control": "no-store"})


def _navigation(viewer: Viewer | None) -> tuple[tuple[str, str], ...]:
    if viewer is None:
        return ANYBODY
    if not viewer.has_account:
        return VISITORS
    return MEMBERS + OPERATORS if viewer.is_operator else MEMBERS


def _is_here(request: Request, href: str) -> bool:
    path = request.url.path
    return path == href or (href != "/" and path.startswith(f"{href}/"))


def csp_nonce(connection: HTTPConnection) -> str:
    """One per request; the security headers name the same one."""
    state = connection.scope.setdefault("state", {})
    return str(state.setdefault("csp_nonce", secrets.token_urlsafe(16)))
