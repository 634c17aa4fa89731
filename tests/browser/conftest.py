from collections.abc import Callable, Iterator

import pytest
from browser_setup import FLAGS, find_chromium
from people import add_person, start_session
from platform_run import Platform
from playwright.sync_api import Browser, Page, expect, sync_playwright

from portal.models import Person

MOST_MILLISECONDS = 60_000
expect.set_options(timeout=MOST_MILLISECONDS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole run: while Playwright is open no other test can run an event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A person's window; any script error or refused resource fails the test."""
    context = chromium.new_context(extra_http_headers={"x-forwarded-for": address}, locale="en-GB")
    context.set_default_timeout(MOST_MILLISECONDS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def alice(platform: Platform) -> Person:
    return add_person(platform)


@pytest.fixture
def chat_page(platform: Platform, alice: Person, page: Page) -> Page:
    """Alice, signed in, at no page yet."""
    page.context.add_cookies(
        [{"name": "portal_session", "value": start_session(platform, alice), "url": platform.portal_url}]
    )
    return page


@pytest.fixture
def go(platform: Platform, chat_page: Page) -> Callable[..., Page]:
    """`go("/chat")`: Alice at that page, its list of chats drawn."""

    def go(path: str = "/chat") -> Page:
        chat_page.goto(f"{platform.portal_url}{path}")
        expect(chat_page.locator("[data-chats] section, [data-chats]:empty").first).to_be_attached()
        return chat_page

    return go
