"""An operator's work in a real browser: find a person, stop them, let them go on, raise a limit; and usage."""

from uuid import uuid4

import httpx
import pytest
from accessibility import assert_accessible
from people import add_person, start_session
from playwright.sync_api import Page, expect
from portal_server import wait_for_gateway
from waiting import wait_until

from portal.accounts.cookie import NAME

pytestmark = pytest.mark.browser

LATE_SECONDS = 60
CHAT = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def operator_page(platform, page) -> Page:
    wait_for_gateway(platform.portal_url)
    token = start_session(platform, add_person(platform, is_operator=True, name="Olga"))
    page.context.add_cookies([{"name": NAME, "value": token, "url": platform.portal_url}])
    return page


@pytest.fixture
def claimed(platform, browse):
    """A key by its secret, under a name that nobody else has."""
    name = f"Robot {uuid4().hex}"
    made = browse(platform.portal_url).post("/api/keys/claim", json={"accept_terms": True, "name": name})
    assert made.status_code == 201, made.text
    return name, made.json()["key"]


def status_of(platform, secret: str) -> int:
    headers = {"authorization": f"Bearer {secret}"}
    return httpx.post(
        f"{platform.portal_url}/api/v1/chat/completions", json=CHAT, headers=headers, timeout=60
    ).status_code


@pytest.mark.req("K17")
def test_operator_finds_blocks_unblocks_and_raises_a_limit(platform, operator_page, claimed):
    page, (name, secret) = operator_page, claimed
    page.goto(f"{platform.portal_url}/operator")
    page.get_by_label("Find a person or a key").fill(secret)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("Only its hash was compared")).to_be_visible()
    assert secret not in page.content()
    assert secret not in page.url
    page.get_by_role("link", name=name).click()

    page.get_by_text("Block this person").click()
    page.get_by_label("Reason").and_(page.locator(":visible")).fill("Sent spam")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Sessions have ended")).to_be_visible()
    expect(page.get_by_role("cell", name="reason: Sent spam")).to_be_visible()
    wait_until(lambda: status_of(platform, secret) in {401, 403})

    page.get_by_text("Unblock this person").click()
    page.get_by_label("Reason").and_(page.locator(":visible")).fill("It was a mistake")
    page.get_by_role("button", name="Unblock", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="work again")).to_be_visible()
    wait_until(lambda: status_of(platform, secret) == 200)

    page.get_by_label("Requests per minute").fill("90")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_role("status").filter(has_text="Limits saved")).to_be_visible()
    expect(page.get_by_label("Requests per minute")).to_have_value("90")

    page.get_by_role("link", name="Actions of operators on this person").click()
    expect(page.get_by_role("row").filter(has_text="Olga")).to_have_count(3)


def test_stale_sign_in_is_asked_for_again_and_nothing_changes(platform, page, claimed, portal_database):
    from datetime import timedelta

    from portal.core.clock import now

    olga = add_person(platform, is_operator=True, name="Olga")
    token = start_session(platform, olga, lambda: now() - timedelta(hours=5))
    page.context.add_cookies([{"name": NAME, "value": token, "url": platform.portal_url}])
    query = "SELECT person_id FROM issued_key WHERE name = %s"
    person_id = portal_database.execute(query, [claimed[0]]).fetchone()[0]

    page.goto(f"{platform.portal_url}/operator/people/{person_id}")
    page.get_by_text("Block this person").click()
    page.get_by_label("Reason").and_(page.locator(":visible")).fill("Sent spam")
    page.get_by_role("button", name="Block", exact=True).click()

    expect(page.get_by_text("needs a sign-in from just now")).to_be_visible()
    assert f"next=%2Foperator%2Fpeople%2F{person_id}" in page.url
    blocked = portal_database.execute("SELECT blocked_at FROM person WHERE id = %s", [person_id]).fetchone()
    assert blocked == (None,)


@pytest.mark.req("C14")
def test_pages_have_no_accessibility_finding(platform, operator_page, claimed, portal_database):
    page = operator_page
    assert status_of(platform, claimed[1]) == 200
    query = "SELECT person_id FROM issued_key WHERE name = %s"
    person_id = portal_database.execute(query, [claimed[0]]).fetchone()[0]
    for path in (
        "/operator",
        "/operator/people",
        "/operator/keys",
        "/operator/keys?list=unused-90",
        "/operator/events",
        f"/operator/people/{person_id}",
        "/usage",
    ):
        page.goto(platform.portal_url + path)
        assert_accessible(page)
    page.get_by_role("link", name="Operator").click()
    page.get_by_label("Find a person or a key").fill("Robot")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    assert_accessible(page)


@pytest.mark.req("C14", "K10")
def test_pages_fit_a_phone_and_the_chart_tells_each_day(platform, page, browse):
    wait_for_gateway(platform.portal_url)
    client = browse(platform.portal_url)
    made = client.post("/api/keys/claim", json={"accept_terms": True}).json()
    assert status_of(platform, made["key"]) == 200
    page.set_viewport_size({"width": 390, "height": 844})
    page.context.add_cookies([{"name": NAME, "value": client.cookies[NAME], "url": platform.portal_url}])

    wait_until(lambda: client.get("/api/usage").json()["total"]["requests"], LATE_SECONDS)
    page.goto(f"{platform.portal_url}/usage")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)
    expect(page.get_by_text("1 request, 0 failed in 30 days")).to_be_visible()
    page.locator("[data-bar]").last.hover()
    expect(page.locator("[data-readout]")).to_contain_text("1 request, 0 failed")
    expect(page.locator("[data-readout]")).not_to_contain_text("in 30 days")


@pytest.mark.req("C14")
def test_operator_pages_fit_a_phone(platform, operator_page):
    operator_page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/operator", "/operator/people", "/operator/keys", "/operator/events"):
        operator_page.goto(platform.portal_url + path)

        assert operator_page.evaluate("document.documentElement.scrollWidth") <= 390, path
