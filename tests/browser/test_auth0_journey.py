"""With Auth0, as a person does it: in, confirm the e-mail, and out again."""

from collections.abc import Iterator

import pytest
from fakes.auth0 import CLIENT_ID, CLIENT_SECRET, FakeAuth0, User
from playwright.sync_api import Page, expect
from portal_server import PortalServer, served

pytestmark = [pytest.mark.browser, pytest.mark.req("K2", "K4")]


@pytest.fixture
def auth0() -> FakeAuth0:
    return FakeAuth0(types_password=False, user=User(email="grace.hopper@example.com"))


@pytest.fixture
def portal(auth0, portal_with) -> Iterator[PortalServer]:
    with (
        served(auth0) as url,
        portal_with(auth0_issuer_base_url=url, auth0_client_id=CLIENT_ID, auth0_client_secret=CLIENT_SECRET) as server,
    ):
        yield server


def sign_in(page: Page, portal: PortalServer) -> None:
    page.goto(f"{portal.url}/login")
    page.get_by_role("link", name="Continue with Auth0").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Go on").click()


def test_person_signs_in_with_auth0_and_out_again(auth0, portal, page):
    sign_in(page, portal)
    expect(page).to_have_url(f"{portal.url}/keys")
    expect(page.get_by_role("link", name="Account")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{portal.url}/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert auth0.session is None
    assert len(auth0.logout_queries) == 1


def test_person_confirms_the_address_and_goes_on_without_signing_in_again(auth0, portal, page):
    auth0.user.email_verified = False
    sign_in(page, portal)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{portal.url}/confirm-email")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("status")).to_contain_text("not confirmed yet")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    auth0.user.email_verified = True
    page.get_by_role("button", name="Check again").click()
    expect(page).to_have_url(f"{portal.url}/keys")
