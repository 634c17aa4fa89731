"""From the landing page to a key, as a person does it."""

import time
from datetime import timedelta

import openai
import pytest
from fakes.recaptcha import SECRET, FakeRecaptcha
from playwright.sync_api import expect
from portal_server import served, wait_for_gateway

pytestmark = pytest.mark.browser


@pytest.mark.req("K1")
def test_person_gets_a_key_that_works(platform, page):
    wait_for_gateway(platform.portal_url)
    page.goto(platform.portal_url)
    page.get_by_label("Name", exact=False).first.fill("My laptop")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Get a key").click()

    expect(page.get_by_text("only time", exact=False).first).to_be_visible()
    key = page.locator("text=/^sk-chatapi-[0-9A-Za-z]+$/").first.inner_text()
    client = openai.OpenAI(base_url=f"{platform.portal_url}/api/v1", api_key=key)
    question = [{"role": "user", "content": "Hello"}]
    answer = client.chat.completions.create(model="sample-chat", messages=question)
    assert answer.choices[0].message.content
    client.close()

    page.goto(f"{platform.portal_url}/keys")
    expect(page.get_by_text("My laptop").first).to_be_visible()
    assert key not in page.content()


def test_checkbox_captcha_is_solved_on_the_page(portal_with, page):
    with (
        served(FakeRecaptcha()) as google,
        portal_with(
            recaptcha_site_key="site", recaptcha_secret_key=SECRET, recaptcha_url=f"{google}/recaptcha"
        ) as server,
    ):
        wait_for_gateway(server.url)
        page.goto(server.url)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Get a key").click()

        expect(page.get_by_text("only time", exact=False).first).to_be_visible()


@pytest.mark.req("K1", "K5")
def test_expired_key_is_renewed_in_one_click(portal_with, page):
    with portal_with(permissionless_key_ttl=timedelta(seconds=2)) as server:
        wait_for_gateway(server.url)
        page.goto(server.url)
        page.get_by_label("Name", exact=False).first.fill("Weekend project")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Get a key").click()
        expect(page.get_by_text("only time", exact=False).first).to_be_visible()
        renew = page.get_by_role("button", name="Renew")
        deadline = time.monotonic() + 60
        page.goto(f"{server.url}/keys")
        while not renew.count():
            assert time.monotonic() < deadline, "the key does not expire"
            page.reload()

        renew.click()

        expect(page.get_by_text("only time", exact=False).first).to_be_visible()
        expect(page.get_by_text("Weekend project").first).to_be_visible()


@pytest.mark.req("C14")
def test_landing_page_fits_a_phone(platform, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/keys", "/terms"):
        page.goto(platform.portal_url + path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 390
