"""Several models side by side: each lane on its own."""

import re

import pytest
from accessibility import assert_accessible
from browser.chat_page import ChatPage
from playwright.sync_api import expect

from portal.accounts.cookie import NAME

pytestmark = [pytest.mark.browser, pytest.mark.req("C2"), pytest.mark.usefixtures("chat_models")]


@pytest.fixture
def chat(platform, page, member) -> ChatPage:
    page.context.add_cookies([{"name": NAME, "value": member().token, "domain": "127.0.0.1", "path": "/"}])
    return ChatPage(page, platform.portal_url)


def test_fast_lane_ends_while_a_slow_one_writes_and_one_fails_and_the_chat_goes_on_with_one(chat, page):
    chat.open(model="chat-fast")
    chat.compares_with(2, "Chat Slow")
    chat.compares_with(3, "Chat Fails")
    chat.ask("count to 300")
    fast, slow, fails = (
        page.get_by_role("article", name=f"Answer of Chat {name}") for name in ("Fast", "Slow", "Fails")
    )

    expect(fast).to_contain_text("tokens/s")
    expect(fast).to_contain_text("299 300")
    expect(fails.get_by_role("button", name="Try again")).to_be_visible()
    expect(chat.button("Stop")).to_be_visible()
    slow.get_by_role("button", name="Stop this answer").click()
    expect(slow).to_contain_text("Stopped")
    expect(slow).to_contain_text("1 2 3")
    chat.waits_for_the_end()

    fast.get_by_role("button", name="Continue with this one").click()
    expect(page.get_by_role("group", name="Models that answer").get_by_role("button")).to_have_count(1)
    chat.asks_and_is_answered("count to 5", "1 2 3 4 5")
    expect(chat.answers).to_have_count(4)
    page.reload()
    expect(chat.answers).to_have_count(4)
    expect(fast.first).to_contain_text("Continued")


@pytest.mark.req("C2", "C14")
def test_two_answers_are_beside_each_other_on_a_desk_and_behind_tabs_on_a_phone(chat, page):
    chat.open()
    chat.compares_with(2, "Chat Fast")
    chat.ask("count to 20")
    chat.waits_for_the_end()
    one, other = chat.answers.first, chat.answers.last
    assert one.bounding_box()["y"] == other.bounding_box()["y"]
    tabs = page.get_by_role("navigation", name="Answers, side by side")
    expect(tabs).to_be_hidden()
    assert_accessible(page)

    page.set_viewport_size({"width": 390, "height": 844})
    expect(one).to_be_in_viewport(ratio=0.5)
    expect(tabs.get_by_role("button", name="Chat Echo")).to_have_attribute("aria-current", "true")
    tabs.get_by_role("button", name="Chat Fast").click()
    expect(other).to_be_in_viewport(ratio=0.5)
    expect(tabs.get_by_role("button", name="Chat Fast")).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    chat.button("Without Chat Echo").click()
    expect(page.get_by_role("button", name=re.compile("^Model"))).to_have_text(re.compile("Chat Fast"))
