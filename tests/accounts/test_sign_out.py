"""Signing out ends sessions on the server, here or everywhere, and nobody else's."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from portal.accounts.session import Sessions
from portal.models import Kind, Person


@pytest.fixture
def at_home(account, browse, platform):
    """The same person in a second browser."""

    def open_second(somebody):
        client = browse(platform.portal_url)
        assert client.post("/api/auth/login", json=somebody.credentials).status_code == 200
        return client

    return open_second


@pytest.mark.req("K4")
@pytest.mark.parametrize("path", ["/logout", "/api/auth/logout"])
def test_signing_out_ends_this_session_alone(account, at_home, path):
    somebody = account()
    other = at_home(somebody)
    token = somebody.client.cookies["portal_session"]

    done = somebody.client.post(path)

    assert done.status_code in {303, 204}
    assert "portal_session" not in somebody.client.cookies
    somebody.client.cookies.set("portal_session", token, domain="127.0.0.1")
    assert somebody.client.get("/api/account").status_code == 401
    assert other.get("/api/account").status_code == 200


@pytest.mark.req("K4")
@pytest.mark.parametrize("path", ["/account/logout-everywhere", "/api/auth/logout-everywhere"])
def test_signing_out_everywhere_ends_every_session_of_mine_and_nobody_elses(account, at_home, path):
    somebody, bystander = account(), account()
    browsers = [somebody.client, at_home(somebody), at_home(somebody)]
    tokens = [client.cookies["portal_session"] for client in browsers]

    assert somebody.client.post(path).status_code in {303, 204}

    for client, token in zip(browsers, tokens, strict=True):
        client.cookies.set("portal_session", token, domain="127.0.0.1")
        assert client.get("/api/account").status_code == 401
    assert bystander.client.get("/api/account").status_code == 200


def test_signing_out_without_a_session_is_no_mistake(visitor):
    assert visitor.post("/logout").status_code == 303
    assert visitor.post("/api/auth/logout").status_code == 204


def test_link_of_another_site_signs_nobody_out(account):
    person = account().client

    assert person.get("/logout").status_code == 405
    assert person.post("/logout", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert person.get("/api/account").status_code == 200


@pytest.mark.req("K2")
def test_who_came_with_auth0_leaves_there_too(platform, portal_with, browse, member):
    somebody = member(kind=Kind.AUTH0, subject="auth0|leaves-there-too")
    auth0 = {
        "auth0_issuer_base_url": "https://tenant.example",
        "auth0_client_id": "id",
        "auth0_client_secret": "secret",
    }
    with portal_with(**auth0) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", somebody.token, domain="127.0.0.1")
        left = client.post("/logout")

    assert left.headers["location"] == "/api/auth/auth0/logout"
    assert somebody.client.post("/logout").headers["location"] == "/"


@pytest.mark.req("K4")
async def test_session_that_starts_meanwhile_ends_or_can_be_ended(platform):
    """Whatever the order, no session may be alive and missing from the person's index."""
    person = Person(kind=Kind.LOCAL, created_at=datetime.now(UTC))
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        sessions = Sessions(redis, lambda: datetime.now(UTC), idle_ttl=timedelta(days=14), max_age=timedelta(days=90))
        for _ in range(20):
            *tokens, _ = await asyncio.gather(*(sessions.start(person) for _ in range(5)), sessions.end_all(person.id))
            await sessions.end_all(person.id)

            assert [await sessions.find(token) for token in tokens] == [None] * 5
