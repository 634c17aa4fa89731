"""The life of a key, as somebody with an account lives it."""

import openai
import pytest
from axe_playwright_python.sync_playwright import Axe
from people import add_person, start_session
from playwright.sync_api import expect
from portal_server import wait_for_gateway

from portal.models import Kind

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}


@pytest.fixture
def signed_in(platform, page):
    wait_for_gateway(platform.portal_url)
    person = add_person(platform, kind=Kind.AUTH0, is_email_verified=True, email="alice@example.com")
    cookie = {"name": "portal_session", "value": start_session(platform, person), "url": platform.portal_url}
    page.context.add_cookies([cookie])
    return page


def answers(platform, key: str) -> bool:
    client = openai.OpenAI(base_url=f"{platform.portal_url}/api/v1", api_key=key, max_retries=0)
    try:
        client.chat.completions.create(model="sample-chat", messages=[{"role": "user", "content": "Hello"}])
    except openai.AuthenticationError:
        return False
    finally:
        client.close()
    return True


def shown_key(page) -> str:
    expect(page.get_by_text("only time", exact=False).first).to_be_visible()
    return page.locator("text=/^sk-chatapi-[0-9A-Za-z]+$/").first.inner_text()


def problems(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in SERIOUS]


@pytest.mark.req("K5", "K6")
def test_key_is_created_renamed_rotated_and_revoked(platform, signed_in):
    page = signed_in
    page.goto(f"{platform.portal_url}/keys")
    page.get_by_role("link", name="Create a key").click()
    page.get_by_label("Name of the key").fill("Notebook")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Create the key").click()
    first = shown_key(page)
    assert problems(page) == []
    assert answers(platform, first)

    page.get_by_role("link", name="see my keys").click()
    page.get_by_text("Rename", exact=False).first.click()
    page.get_by_label("Name", exact=True).fill("Laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Laptop")).to_be_visible()
    assert problems(page) == []

    page.get_by_role("link", name="Rotate Laptop").click()
    dialog = page.get_by_role("dialog", name="Rotate “Laptop”")
    expect(dialog).to_be_visible()
    assert problems(page) == []
    dialog.get_by_label("Now").check()
    dialog.get_by_role("button", name="Rotate the key").click()
    second = shown_key(page)
    assert not answers(platform, first)
    assert answers(platform, second)

    page.goto(f"{platform.portal_url}/keys")
    page.get_by_role("link", name="Revoke Laptop").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Revoke Laptop").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("It no longer works", exact=False)).to_be_visible()
    assert not answers(platform, second)


@pytest.mark.req("K5")
def test_everything_works_without_scripts(platform, chromium, page, signed_in):
    context = chromium.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{platform.portal_url}/keys/new")
    plain.get_by_label("Name of the key").fill("Plain")
    plain.get_by_role("checkbox").check()
    plain.get_by_role("button", name="Create the key").click()
    assert answers(platform, shown_key(plain))

    plain.goto(f"{platform.portal_url}/keys")
    plain.get_by_role("link", name="Rotate Plain").click()
    plain.get_by_label("In 1 hour").check()
    plain.get_by_role("button", name="Rotate the key").click()
    key = shown_key(plain)
    plain.goto(f"{platform.portal_url}/keys")
    expect(plain.get_by_text("Rotating", exact=True).first).to_be_visible()
    plain.get_by_role("link", name="Revoke Plain").first.click()
    plain.get_by_role("button", name="Revoke the key").click()
    assert not answers(platform, key)
    context.close()


@pytest.mark.req("K5", "C14")
def test_keys_fit_a_phone(platform, signed_in):
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/keys", "/keys/new"):
        page.goto(platform.portal_url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert problems(page) == []
