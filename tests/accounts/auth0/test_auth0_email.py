"""Keys are for people whose address Auth0 knows to be theirs; confirming it takes no second sign-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from auth0_way import Auth0SignIn
from fakes.auth0 import User
from fastapi import FastAPI
from portal_server import served
from prometheus_client import CollectorRegistry

from portal.accounts.cookie import SessionCookie
from portal.accounts.people import People, VerifiedMember
from portal.accounts.session import Sessions
from portal.core import cache
from portal.core.clock import now
from portal.core.database import Database
from portal.core.settings import Settings
from portal.models import Kind
from portal.web.error_pages import ErrorPages
from portal.web.meters import WebMeters
from portal.web.request_context import RequestContext
from portal.web.templating import Pages

pytestmark = pytest.mark.req("K2")


def check_again(way: Auth0SignIn, next_path: str = "/keys") -> httpx.Response:
    """The button: a POST, to Auth0 and back without a page."""
    answer = way.browser.post("/api/auth/auth0/refresh", data={"next": next_path})
    assert answer.status_code == 303, answer.text
    return way.browser.get(way.at_auth0(answer.headers["location"]))


def test_confirmed_address_is_known_after_check_again_without_signing_in_again(auth0, way, person_row, actions):
    auth0.user.email_verified = False
    way.whole()
    session = way.browser.cookies["portal_session"]
    still_not = check_again(way)
    auth0.user.email_verified = True
    now_it_is = check_again(way, "/usage")

    assert still_not.headers["location"] == "/confirm-email?checked=1"
    assert now_it_is.headers["location"] == "/usage"
    person = person_row(auth0.user.sub)
    assert person["is_email_verified"] is True
    assert way.browser.cookies["portal_session"] == session
    assert actions(person["id"]).count("accounts.signed_in") == 1
    assert auth0.authorize_queries[-1]["prompt"] == "none"


def test_page_says_what_to_do_and_whether_it_has_just_looked(auth0, way):
    auth0.user.email_verified = False
    way.whole()
    page, checked = way.browser.get("/confirm-email").text, way.browser.get("/confirm-email?checked=1").text

    assert "alice@example.com" in page
    assert 'action="/api/auth/auth0/refresh"' in page
    assert "We have just asked" not in page
    assert "We have just asked" in checked


def test_page_is_not_for_people_whose_address_is_confirmed_nor_for_others(auth0, way, member, visitor):
    way.whole()

    assert way.browser.get("/confirm-email").headers["location"] == "/keys"
    assert visitor.get("/confirm-email").status_code == 404  # that portal has no Auth0


def test_local_accounts_have_nothing_to_confirm(auth0_portal_with, browse, platform):
    from people import add_person, sign_in

    with auth0_portal_with(local_accounts=True) as server:
        local = sign_in(platform, browse(server.url), add_person(platform))
        answers = [local.client.get("/confirm-email"), local.client.post("/api/auth/auth0/refresh")]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_check_again_without_a_session_leads_to_the_sign_in(browser):
    for answer in (browser.get("/confirm-email"), browser.post("/api/auth/auth0/refresh")):
        assert answer.headers["location"].startswith("/login?")


def test_check_again_goes_by_the_sign_in_page_when_auth0s_session_is_over(auth0, way):
    auth0.user.email_verified = False
    way.whole()
    auth0.session = None

    assert check_again(way).headers["location"] == "/api/auth/auth0/login?next=%2Fkeys"


def test_check_again_as_somebody_else_at_auth0_changes_nobody(auth0, way, person_row):
    """On a shared computer another person may have signed in at Auth0 in the meantime."""
    auth0.user.email_verified = False
    way.whole()
    other = User(email_verified=True)
    auth0.session["user"] = other
    answer = check_again(way)

    assert answer.status_code == 400
    assert "somebody else" in answer.text
    assert person_row(auth0.user.sub)["is_email_verified"] is False
    assert person_row(other.sub) is None


def test_check_again_ends_nothing_when_signed_out_in_between(auth0, way):
    auth0.user.email_verified = False
    way.whole()
    asked = way.browser.post("/api/auth/auth0/refresh").headers["location"]
    way.browser.cookies.delete("portal_session")

    assert way.browser.get(way.at_auth0(asked)).status_code == 400


def test_looking_at_the_address_makes_no_sign_in_fresh(auth0, way, platform):
    """`prompt=none` proves nothing about who sits there, so the session keeps its age."""
    import redis

    from portal.core.crypto import digest

    auth0.user.email_verified = False
    way.whole()
    key = f"portal:session:{digest(way.browser.cookies['portal_session'])}"
    with redis.Redis.from_url(platform.redis_url) as sessions:
        before = sessions.get(key)
        check_again(way)
        assert sessions.get(key) == before


@pytest.mark.parametrize(
    ("kind", "is_verified", "status"),
    [(Kind.AUTH0, False, 403), (Kind.AUTH0, True, 200), (Kind.LOCAL, False, 200), (Kind.PERMISSIONLESS, True, 401)],
)
def test_keys_need_a_confirmed_address_where_auth0_knows_it(platform, browse, kind, is_verified, status):
    from people import add_person, sign_in

    with served(one_route_for_verified_members(platform)) as url:
        person = sign_in(platform, browse(url), add_person(platform, kind=kind, is_email_verified=is_verified))
        answer = person.client.get("/api/only-verified")
        page = person.client.get("/only-verified")

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "email_not_verified"
        assert 'href="/confirm-email"' in page.text


def one_route_for_verified_members(platform) -> RequestContext:
    settings = Settings(
        database_url=platform.database_url, redis_url=platform.redis_url, litellm_admin_key=platform.admin_key
    )
    redis, database = cache.connect(settings.redis_url), Database(settings.database_url)
    sessions = Sessions(redis, now, idle_ttl=timedelta(days=1), max_age=timedelta(days=1))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await redis.aclose()
        await database.close()

    site = FastAPI(lifespan=lifespan)
    site.state.session_cookie = SessionCookie(sessions, secure=False, max_age=timedelta(days=1))
    site.state.people = People(database, now, settings.fresh_sign_in_ttl)
    ErrorPages(Pages(settings, lambda: "ready")).install(site)

    async def answer(person: VerifiedMember) -> str:
        return person.kind

    site.add_api_route("/api/only-verified", answer)
    site.add_api_route("/only-verified", answer)
    return RequestContext(site, WebMeters(CollectorRegistry()))
