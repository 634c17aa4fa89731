"""The composition root: the only place that knows every part of the web application."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Self

import httpx
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Lifespan

from litellm_config.late_routes import late_routes
from portal.accounts.account_pages import AccountPages
from portal.accounts.account_routes import AccountRoutes
from portal.accounts.auth0 import auth0_csp, auth0_routes
from portal.accounts.auth_routes import AuthRoutes
from portal.accounts.cookie import SessionCookie
from portal.accounts.people import People
from portal.accounts.services import account_services
from portal.accounts.session import Sessions
from portal.accounts.sign_in import SignIns
from portal.accounts.sign_in_pages import SignInPages
from portal.accounts.tokens import Tokens, token_secrets
from portal.catalogue.api import CatalogueApi, answers_of
from portal.catalogue.documentation import DocumentationPage
from portal.catalogue.pages import CataloguePages
from portal.chat.callers import Callers
from portal.chat.chat import Chat
from portal.chat.pages import ChatPages
from portal.clients.captcha import Captcha, NoCaptcha
from portal.clients.catalogue import ModelCatalogue
from portal.clients.gateway_instances import GatewayInstances
from portal.clients.gateway_status import GatewayStatus
from portal.clients.litellm_proxy import LitellmProxy
from portal.clients.litellm_reading import LitellmReader
from portal.clients.litellm_spend import LitellmSpend
from portal.clients.recaptcha import Recaptcha
from portal.clients.transport import AiohttpTransport
from portal.conversations.api import ConversationsApi
from portal.conversations.folders import Folders
from portal.conversations.history import History
from portal.conversations.sweep import Sweep
from portal.conversations.visit import Visits
from portal.conversations.visit_routes import VisitRoutes
from portal.core import cache
from portal.core.clock import Clock, now
from portal.core.database import Database
from portal.core.errors import PortalError
from portal.core.logs import get_logger
from portal.core.rates import RateLimiter
from portal.core.settings import Settings
from portal.front import Front, route_of
from portal.gateway import upstream
from portal.gateway.admission import Admission
from portal.gateway.door import Door
from portal.gateway.key_check import KeyCheck
from portal.gateway.meters import Meters
from portal.gateway.room import Room
from portal.gateway.timeouts import Timeouts
from portal.keys.api import KeyApi
from portal.keys.census import KeyCensus
from portal.keys.desk import key_desk
from portal.keys.home import HomePage
from portal.keys.limits import Limits
from portal.keys.newcomers import Newcomers
from portal.keys.pages import KeyPages
from portal.keys.policy import Policy, policies
from portal.keys.repair import repair
from portal.keys.roster import Rosters
from portal.models import Kind
from portal.operators.actions import OperatorActions
from portal.operators.api import OperatorApi
from portal.operators.pages import OperatorPages
from portal.operators.services import operator_services
from portal.pages.api_docs import ApiDocsRoutes
from portal.pages.figures import Figures, Sources
from portal.pages.health import HealthRoutes
from portal.pages.metrics import MetricsRoutes, process_registry
from portal.pages.parts import Parts
from portal.pages.site import SiteRoutes
from portal.usage.report import UsageReport
from portal.usage.routes import UsageRoutes
from portal.web.body_limit import BodyLimit
from portal.web.client_address import base_url
from portal.web.csrf import CsrfGuard
from portal.web.error_pages import ErrorPages
from portal.web.meters import WebMeters
from portal.web.problem import RESPONSES
from portal.web.request_context import RequestContext
from portal.web.security_headers import SecurityHeaders
from portal.web.static_files import HashedStaticFiles
from portal.web.templating import Pages
from portal.web.tracing import Tracing, tracing_of

log = get_logger()

# Where people send texts that are longer than a form.
CHAT_PATHS = ("/api/chat", "/api/conversations", "/api/prompts")
SECONDS_BETWEEN_REPAIRS = 30
MANAGEMENT_TIMEOUT = httpx.Timeout(15, connect=2)
MANAGEMENT_CONNECTIONS = 100
CAPTCHA_TIMEOUT = httpx.Timeout(5)
AUTH0_TIMEOUT = httpx.Timeout(5, connect=2)


@dataclass(frozen=True)
class Outward:
    """The connections to others, each with its time-outs."""

    management: httpx.AsyncClient
    relay: httpx.AsyncBaseTransport
    captcha: httpx.AsyncClient
    auth0: httpx.AsyncClient

    @classmethod
    def open(cls, settings: Settings, tracing: Tracing) -> Self:
        # One for all, because reading the certificates takes its time.
        tls = httpx.create_ssl_context()
        admin = {"authorization": f"Bearer {settings.litellm_admin_key.get_secret_value()}"}
        endpoint = settings.litellm_api_endpoint
        # Like the door, it lets go of a connection before LiteLLM's server does.
        management = AiohttpTransport(tls, keep_alive=upstream.KEEP_ALIVE_SECONDS, most=MANAGEMENT_CONNECTIONS)
        return cls(
            management=httpx.AsyncClient(
                base_url=endpoint, headers=admin, timeout=MANAGEMENT_TIMEOUT, transport=management
            ),
            relay=tracing.calls(upstream.connect(tls)),
            captcha=httpx.AsyncClient(timeout=CAPTCHA_TIMEOUT, verify=tls),
            auth0=httpx.AsyncClient(timeout=AUTH0_TIMEOUT, verify=tls),
        )

    async def close(self) -> None:
        for http in (self.management, self.relay, self.captcha, self.auth0):
            await http.aclose()


@late_routes()
def create_app(settings: Settings, clock: Clock = now) -> ASGIApp:  # noqa: PLR0915 - it is a list
    """Nothing connects before the first request or the lifespan, so the first page does not wait for anybody."""
    tracing = tracing_of(settings)
    outward = Outward.open(settings, tracing)
    database = Database(settings.database_url)
    redis = cache.connect(settings.redis_url)
    proxy = LitellmProxy(outward.management)
    reader = LitellmReader(outward.management)
    gateway = GatewayStatus(proxy)
    catalogue = ModelCatalogue(redis)
    registry = process_registry(gateway, database)
    parts = Parts(settings.role, database=database, redis=redis, gateway=gateway, catalogue=catalogue)
    captcha = _captcha(settings, outward.captcha)
    table = policies(settings)
    visitors = table[Kind.PERMISSIONLESS]
    limits = Limits(database, proxy, table, clock)
    rosters = Rosters(database, proxy, table)
    sessions = Sessions(redis, clock, idle_ttl=settings.session_idle_ttl, max_age=settings.session_max_age)
    people = People(database, clock, settings.fresh_sign_in_ttl)
    https = (settings.public_url or "").startswith("https://")
    cookie = SessionCookie(sessions, secure=https, max_age=settings.session_max_age)
    pages = Pages(settings, lambda: gateway.state)
    errors = ErrorPages(pages)
    limiter = RateLimiter(redis)
    sign_ins = SignIns(database, sessions, clock)
    tokens = Tokens(token_secrets(settings), sessions, clock)
    services = account_services(
        settings,
        database=database,
        sessions=sessions,
        sign_ins=sign_ins,
        limiter=limiter,
        captcha=captcha,
        proxy=proxy,
        clock=clock,
    )

    operators = operator_services(
        database=database,
        redis=redis,
        sessions=sessions,
        proxy=proxy,
        reader=reader,
        limits=limits,
        gateway=gateway,
        clock=clock,
    )

    def example_model(policy: Policy) -> str | None:
        """A LiteLLM that none of our gateways has started publishes no catalogue."""
        return catalogue.example(allowed=policy.models) or gateway.example_model

    async def prepare() -> None:
        await limits.keep_in_step()
        await rosters.fill()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gives_keys = "web" in settings.role or "chat" in settings.role
        tasks = [
            asyncio.create_task(gateway.watch(prepare if gives_keys else _nothing)),
            asyncio.create_task(catalogue.watch()),
        ]
        if "web" in settings.role:
            tasks += [
                asyncio.create_task(_sweep(settings, database, clock).watch()),
                asyncio.create_task(
                    _repair_regularly(
                        lambda: repair(database, proxy, clock), operators.blocking.finish_all, rosters.fill
                    )
                ),
            ]
        async with chat.running() if "chat" in settings.role else nullcontext():
            yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await outward.close()
        await redis.aclose()
        await database.close()

    site = _site(settings, lifespan, cookie=cookie, people=people, tokens=tokens)
    errors.install(site)
    newcomers = Newcomers(settings, sessions=sessions, limiter=limiter, captcha=captcha)
    desk = key_desk(
        settings,
        database=database,
        proxy=proxy,
        gateway=gateway,
        limits=limits,
        newcomers=newcomers,
        limiter=limiter,
        registry=registry,
        clock=clock,
    )
    chat = Chat(
        settings,
        upstream=outward.relay,
        database=database,
        redis=redis,
        catalogue=catalogue,
        key_of=desk.chat_keys.key_of,
        registry=registry,
        clock=clock,
    )

    sources = Sources(parts, KeyCensus(database, redis, clock), catalogue, GatewayInstances(redis))

    def our_address(connection: HTTPConnection) -> str:
        return base_url(connection, settings.public_url, settings.trusted_proxies)

    for routes in (
        chat.routes(Callers(tokens, sessions, people), our_address),
        KeyApi(desk, people=people, cookie=cookie, trusted_proxies=settings.trusted_proxies, clock=clock),
        KeyPages(
            settings,
            desk,
            people=people,
            home=HomePage(settings, visitors, captcha, pages, lambda: example_model(visitors)),
            captcha=captcha,
            proxy=proxy,
            pages=pages,
            cookie=cookie,
        ),
        CatalogueApi(catalogue),
        CataloguePages(settings, catalogue, pages),
        DocumentationPage(settings, catalogue, table, pages),
        ChatPages(
            people=people,
            history=History(database, clock, settings.chat_undo_period),
            folders=Folders(database, clock, settings.chat_folders),
            models=lambda: [one.model_dump(mode="json") for one in answers_of(catalogue, "chat")],
            policies=table,
            limits=chat.limits.told(),
            captcha=captcha,
            pages=pages,
            cookie=cookie,
        ),
        UsageRoutes(UsageReport(database, LitellmSpend(reader), clock), pages),
        ApiDocsRoutes(settings, pages),
        OperatorPages(operators, pages),
        OperatorActions(operators),
        OperatorApi(operators),
        AuthRoutes(settings, services=services, tokens=tokens, cookie=cookie),
        AccountRoutes(settings, services=services, cookie=cookie),
        SignInPages(settings, services=services, people=people, captcha=captcha, pages=pages, cookie=cookie),
        AccountPages(settings, services=services, pages=pages, cookie=cookie),
        ConversationsApi(settings, database=database, clock=clock),
        VisitRoutes(Visits(database, newcomers, services.consents, clock), settings, people=people, cookie=cookie),
        SiteRoutes(settings, pages=pages),
        HealthRoutes(parts, gateway),
        MetricsRoutes(settings, registry, Figures(registry, sources)),
    ):
        site.include_router(routes.router())
    if settings.has_auth0:
        auth0 = auth0_routes(
            settings,
            http=outward.auth0,
            services=services,
            database=database,
            redis=redis,
            cookie=cookie,
            pages=pages,
            clock=clock,
        )
        site.include_router(auth0.router())
    site.mount("/static", HashedStaticFiles())
    site.add_middleware(
        BodyLimit, errors, settings.page_max_body_bytes, dict.fromkeys(CHAT_PATHS, settings.chat_max_body_bytes)
    )
    site.add_middleware(CsrfGuard, errors, our_address)
    site.add_middleware(SecurityHeaders, {**captcha.csp, **auth0_csp(settings)}, https=https)
    door = Door(
        outward.relay,
        settings.litellm_api_endpoint,
        admission=Admission(
            settings.api_max_body_bytes,
            Room(settings.api_max_bytes_in_flight),
            check_key=KeyCheck(proxy.has_key, settings.litellm_admin_key.get_secret_value()),
            has_model=catalogue.has,
        ),
        timeouts=Timeouts.of(settings),
        meters=Meters(registry),
        is_starting=lambda: gateway.state == "starting",
        find_model=catalogue.find,
    )
    app = RequestContext(Front(site=site, door=door, roles=settings.role), WebMeters(registry))
    return tracing.requests(app, route_of)


def _site(
    settings: Settings, lifespan: Lifespan[FastAPI], *, cookie: SessionCookie, people: People, tokens: Tokens
) -> FastAPI:
    """With what the dependencies of routes ask for."""
    site = FastAPI(
        title=f"{settings.brand_name} API",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=RESPONSES,
    )
    site.state.session_cookie = cookie
    site.state.people = people
    site.state.tokens = tokens
    return site


def _captcha(settings: Settings, http: httpx.AsyncClient) -> Captcha:
    if settings.captcha_kind == "off" or not settings.recaptcha_site_key or not settings.recaptcha_secret_key:
        return NoCaptcha()
    return Recaptcha(
        http,
        kind=settings.captcha_kind,
        site_key=settings.recaptcha_site_key,
        secret_key=settings.recaptcha_secret_key.get_secret_value(),
        url=settings.recaptcha_url.rstrip("/"),
        min_score=settings.recaptcha_min_score,
    )


def _sweep(settings: Settings, database: Database, clock: Clock) -> Sweep:
    return Sweep(database, clock, undo_period=settings.chat_undo_period, session_max_age=settings.session_max_age)


async def _nothing() -> None:
    """The door needs no preparation."""


async def _repair_regularly(*repairs: Callable[[], Awaitable[object]]) -> None:
    """One that fails, perhaps each time, keeps none of the others from its work."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_REPAIRS)
        for one in repairs:
            try:
                await one()
            except (PortalError, SQLAlchemyError) as error:
                log.warning("keys.repair_postponed", reason=type(error).__name__)
