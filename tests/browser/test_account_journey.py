"""An account's life in a real browser, and what a screen reader finds on its pages."""

from uuid import uuid4

import pytest
from accessibility import assert_accessible
from fakes.recaptcha import SECRET, FakeRecaptcha
from playwright.sync_api import Page, expect
from portal_server import served, wait_for_gateway

pytestmark = pytest.mark.browser

PASSWORD, NEW = "a quiet harbour at dawn", "a noisy harbour at dusk"


def register(page: Page, url: str) -> str:
    email = f"ada-{uuid4().hex}@example.org"
    page.goto(f"{url}/register?next=/account")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("I accept the terms").check()
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    return email


@pytest.mark.req("K3", "K4", "K11", "K14")
def test_account_from_the_first_to_the_last_day(platform, page):
    url = platform.portal_url
    wait_for_gateway(url)
    email = register(page, url)
    expect(page.get_by_text(email)).to_be_visible()

    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Password changed")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto(f"{url}/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download your data").click()
    assert email in download.value.path().read_text()

    page.get_by_role("link", name="Delete your account").click()
    page.get_by_label("Type “delete”").fill(email)
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("Everything of yours is deleted")).to_be_visible()
    page.goto(f"{url}/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.req("C14")
def test_pages_have_no_accessibility_finding(platform, page):
    url = platform.portal_url
    for path in ("/login", "/register"):
        page.goto(url + path)
        assert_accessible(page)
    register(page, url)
    for path in (
        "/account",
        "/account/password",
        "/account/events",
        "/account/delete",
        "/account/terms",
        "/login?again=1",
    ):
        page.goto(url + path)
        assert_accessible(page)


@pytest.mark.req("C14")
def test_account_pages_fit_a_phone(platform, page):
    page.set_viewport_size({"width": 390, "height": 844})
    register(page, platform.portal_url)
    for path in ("/account", "/account/password", "/account/events", "/account/delete", "/login?again=1"):
        page.goto(platform.portal_url + path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.mark.req("C14")
def test_account_is_made_with_the_keyboard_alone(platform, page):
    page.goto(f"{platform.portal_url}/register?next=/account")
    for text in (f"ada-{uuid4().hex}@example.org", PASSWORD, "Ada"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


@pytest.mark.req("K3")
@pytest.mark.parametrize(("kind", "version"), [("recaptcha-v2", 2), ("recaptcha-v3", 3)])
def test_captcha_of_the_registration_is_solved_on_the_page(portal_with, page, kind, version):
    with (
        served(FakeRecaptcha(version=version)) as google,
        portal_with(
            captcha=kind,
            recaptcha_site_key="site",
            recaptcha_secret_key=SECRET,
            recaptcha_url=f"{google}/recaptcha",
        ) as server,
    ):
        wait_for_gateway(server.url)
        register(page, server.url)
