"""How a chat is asked: its settings, saved prompts, the temporary chat, and the keyboard."""

import re

import pytest
from accessibility import assert_accessible
from chats import add_chat, add_rows
from playwright.sync_api import expect

from portal.core.clock import now
from portal.models import SavedPrompt

pytestmark = pytest.mark.browser


@pytest.mark.req("C6")
def test_settings_are_kept_with_their_chat_and_have_a_way_back(platform, alice, go):
    chat_id = add_chat(platform, alice, "With settings")
    page = go(f"/chat/{chat_id}")
    panel = page.get_by_role("complementary", name="Settings of this chat")

    page.get_by_role("button", name="Settings of this chat").click()
    panel.get_by_label("System prompt").fill("Answer in verse.")
    panel.get_by_label("Temperature").fill("0.3")
    panel.get_by_label("Longest answer, in tokens").fill("0")
    expect(panel.get_by_role("alert")).to_contain_text("from 1 to")
    with page.expect_response(lambda one: one.request.method == "PATCH" and one.ok):
        panel.get_by_label("Longest answer, in tokens").fill("100")
    expect(panel.get_by_role("status").get_by_text("Saved")).to_be_visible()
    assert_accessible(page)
    go(f"/chat/{chat_id}")
    page.get_by_role("button", name="Settings of this chat").click()
    expect(panel.get_by_label("System prompt")).to_have_value("Answer in verse.")
    expect(panel.get_by_label("Longest answer, in tokens")).to_have_value("100")
    with page.expect_response(lambda one: one.request.method == "PATCH" and one.ok):
        panel.get_by_role("button", name="Use default for Temperature").click()
    expect(panel.get_by_label("Temperature")).to_have_attribute("aria-valuetext", re.compile("default, 0.7$"))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.req("C6")
def test_what_is_set_before_the_first_question_is_asked_with_and_kept(go, chat_models):
    page = go("/chat?model=chat-echo")
    panel = page.get_by_role("complementary", name="Settings of this chat")

    page.get_by_role("button", name="Settings of this chat").click()
    panel.get_by_label("System prompt").fill("Answer in verse.")
    panel.get_by_label("Temperature").fill("0.3")
    expect(panel.get_by_role("status").get_by_text("Kept once the chat begins")).to_be_visible()
    page.locator("#question").fill("show the request")
    page.locator("#question").press("Enter")
    answer = page.get_by_role("article", name="Answer of")
    expect(answer).to_contain_text('"temperature": 0.3')
    expect(answer).to_contain_text("Answer in verse.")
    expect(panel.get_by_role("status").get_by_text("Saved")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Settings of this chat").click()
    expect(panel.get_by_label("System prompt")).to_have_value("Answer in verse.")
    expect(panel.get_by_label("Temperature")).to_have_value("0.3")


@pytest.mark.req("C6")
def test_a_saved_prompt_is_made_and_put_into_a_message_by_typing_a_slash(platform, alice, go):
    add_rows(platform, SavedPrompt(person_id=alice.id, name="Other", content="Something else", created_at=now()))
    page = go()
    panel = page.get_by_role("complementary", name="Settings of this chat")
    question = page.locator("#question")

    page.get_by_role("button", name="Settings of this chat").click()
    panel.get_by_role("button", name="New").click()
    page.get_by_label("Name", exact=True).fill("Translate")
    page.get_by_label("Text", exact=True).fill("Translate into English:")
    page.get_by_role("button", name="Save").click()
    expect(panel.locator(".chat-prompt__name")).to_have_text(["Other", "Translate"])
    question.focus()
    page.keyboard.type("/tra")
    expect(page.get_by_role("listbox", name="Saved prompts").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(question).to_have_value("Translate into English:")
    panel.get_by_role("button", name="What to do with the prompt Other").click()
    page.get_by_role("menuitem", name="Use as system prompt").click()
    expect(panel.get_by_label("System prompt")).to_have_value("Something else")


@pytest.mark.req("C12")
def test_a_temporary_chat_is_visibly_one(go):
    page = go()

    page.get_by_role("button", name="Temporary chat").click()
    expect(page.get_by_text("Nothing of it is stored")).to_be_visible()
    page.keyboard.press("Control+Shift+O")
    expect(page.get_by_text("Nothing of it is stored")).to_be_hidden()


@pytest.mark.req("C14")
def test_every_shortcut_is_listed_and_none_fires_while_somebody_types(go):
    page = go()
    dialog = page.get_by_role("dialog", name="Shortcuts")

    page.locator("#question").focus()
    page.keyboard.type("Why?")
    expect(dialog).to_be_hidden()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    for label in ("New chat", "Search your chats", "Send", "Stop the answer", "Use a saved prompt"):
        expect(dialog.get_by_text(label).first).to_be_visible()
