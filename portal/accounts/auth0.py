"""The parts of signing in with Auth0, put together; only where it is set."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from redis.asyncio import Redis

from portal.accounts.auth0_browser import BrowserCookie
from portal.accounts.auth0_pending import PendingSignIns
from portal.accounts.auth0_people import Auth0People
from portal.accounts.auth0_routes import Auth0Routes
from portal.accounts.auth0_session_hint import SessionHints
from portal.accounts.auth0_sign_in import Auth0SignIns
from portal.accounts.cookie import SessionCookie
from portal.accounts.services import AccountServices
from portal.accounts.sign_in import SignIns
from portal.clients.auth0 import Auth0
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.rates import RateLimiter
from portal.core.settings import Settings
from portal.web.templating import Pages


def auth0_routes(
    settings: Settings,
    *,
    http: httpx.AsyncClient,
    services: AccountServices,
    database: Database,
    redis: Redis,
    cookie: SessionCookie,
    pages: Pages,
    clock: Clock,
) -> Auth0Routes:
    auth0 = Auth0(
        http,
        issuer=settings.auth0_issuer_base_url or "",
        client_id=settings.auth0_client_id or "",
        client_secret=settings.auth0_client_secret or SecretStr(""),
        clock=clock,
    )
    sign_ins = Auth0SignIns(
        auth0,
        pending=PendingSignIns(redis),
        people=Auth0People(database, clock),
        sign_ins=SignIns(database, cookie.sessions, clock),
        hints=SessionHints(redis, settings.session_max_age),
        fresh_ttl=settings.fresh_sign_in_ttl,
    )
    return Auth0Routes(
        settings,
        sign_ins=sign_ins,
        services=services,
        browsers=BrowserCookie(
            settings.auth0_secret or settings.litellm_admin_key,
            clock,
            https=(settings.public_url or "").startswith("https://"),
        ),
        limiter=RateLimiter(redis),
        cookie=cookie,
        pages=pages,
    )


def auth0_csp(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Chromium lets a form be answered with a redirect only to where forms may go: signing out leads to Auth0."""
    issuer = urlsplit(settings.auth0_issuer_base_url or "")
    return {"form-action": (f"{issuer.scheme}://{issuer.netloc}",)} if settings.has_auth0 else {}
