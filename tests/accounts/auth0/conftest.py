"""A portal that signs people in with Auth0, and a person with a browser."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import psycopg
import pytest
from auth0_way import Auth0SignIn
from fakes.auth0 import CLIENT_ID, CLIENT_SECRET, FakeAuth0
from portal_server import PortalServer, served


@pytest.fixture
def auth0() -> FakeAuth0:
    return FakeAuth0()


@pytest.fixture
def auth0_url(auth0: FakeAuth0) -> Iterator[str]:
    with served(auth0) as url:
        yield url


@pytest.fixture
def auth0_portal_with(
    portal_with: Callable[..., AbstractContextManager[PortalServer]], auth0_url: str
) -> Callable[..., AbstractContextManager[PortalServer]]:
    def start(**settings: object) -> AbstractContextManager[PortalServer]:
        own = {"auth0_issuer_base_url": auth0_url, "auth0_client_id": CLIENT_ID, "auth0_client_secret": CLIENT_SECRET}
        return portal_with(**(own | settings))

    return start


@pytest.fixture
def auth0_portal(auth0_portal_with: Callable[..., AbstractContextManager[PortalServer]]) -> Iterator[PortalServer]:
    with auth0_portal_with() as server:
        yield server


@pytest.fixture
def browser(auth0_portal: PortalServer, browse: Callable[[str], httpx.Client]) -> httpx.Client:
    return browse(auth0_portal.url)


@pytest.fixture
def way(browser: httpx.Client) -> Auth0SignIn:
    return Auth0SignIn(browser)


@pytest.fixture
def person_row(portal_database: psycopg.Connection) -> Callable[[str], dict[str, Any] | None]:
    def find(sub: str) -> dict[str, Any] | None:
        cursor = portal_database.cursor(row_factory=psycopg.rows.dict_row)
        return cursor.execute("SELECT * FROM person WHERE subject = %s", [sub]).fetchone()

    return find


@pytest.fixture
def actions(portal_database: psycopg.Connection) -> Callable[[Any], list[str]]:
    def of(person_id: Any) -> list[str]:
        rows = portal_database.execute("SELECT action FROM event WHERE person_id = %s ORDER BY at", [person_id])
        return [action for (action,) in rows.fetchall()]

    return of
