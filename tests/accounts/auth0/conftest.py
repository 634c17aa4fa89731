"""A portal that signs people in with Auth0, and a person with a browser."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import psycopg
import pytest
from auth0_way import Auth0SignIn
from fakes.auth0 import CLIENT_ID, CLIENT_SECRET, Auth0Address, FakeAuth0
from platform_run import Platform
from portal_server import PortalServer, running_portal, served


@pytest.fixture(scope="session")
def address_of_auth0() -> Iterator[tuple[Auth0Address, str]]:
    address = Auth0Address()
    with served(address) as url:
        yield address, url


@pytest.fixture(scope="session")
def auth0_url(address_of_auth0: tuple[Auth0Address, str]) -> str:
    return address_of_auth0[1]


@pytest.fixture
def auth0(address_of_auth0: tuple[Auth0Address, str]) -> FakeAuth0:
    address_of_auth0[0].fake = FakeAuth0()
    return address_of_auth0[0].fake


def auth0_settings(auth0_url: str) -> dict[str, object]:
    return {
        "auth0_issuer_base_url": auth0_url,
        "auth0_client_id": CLIENT_ID,
        "auth0_client_secret": CLIENT_SECRET,
    }


@pytest.fixture
def auth0_portal_with(
    platform: Platform, auth0_url: str, auth0: FakeAuth0
) -> Callable[..., AbstractContextManager[PortalServer]]:
    """A portal of the test's own, with settings by their field names, that has asked Auth0 nothing yet."""
    return lambda **settings: running_portal(platform, **(auth0_settings(auth0_url) | settings))


@pytest.fixture(scope="module")
def auth0_portal(platform: Platform, auth0_url: str) -> Iterator[PortalServer]:
    """One for all tests of a module."""
    with running_portal(platform, **auth0_settings(auth0_url)) as server:
        yield server


@pytest.fixture
def browser(auth0: FakeAuth0, auth0_portal: PortalServer, browse: Callable[[str], httpx.Client]) -> httpx.Client:
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
