"""The list of chats beside a conversation: dates, folders, search, the phone, and the first visit."""

import re
from datetime import timedelta

import pytest
from accessibility import assert_accessible
from chats import add_chat, add_rows
from playwright.sync_api import Page, expect

from portal.core.clock import now
from portal.models import Conversation, Folder

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)
PHONE = {"width": 390, "height": 844}


def sidebar(page: Page):
    return page.get_by_role("complementary", name="Your chats")


def chat(page: Page, title: str):
    return sidebar(page).get_by_role("link", name=title, exact=True)


def choose(page: Page, of: str, *labels: str) -> None:
    """In the menu of a chat or folder, from the keyboard alone."""
    button = sidebar(page).get_by_role("button", name=f"What to do with {of}", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    for label in labels:
        item = page.get_by_role("menu").get_by_text(label, exact=True)
        while not item.evaluate("one => one === document.activeElement"):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")


@pytest.mark.req("C3")
def test_chats_are_listed_by_date_and_opened_without_a_new_page(platform, alice, go):
    add_chat(platform, alice, "Of today", answer="An answer of today")
    add_chat(platform, alice, "Of last week", answer="An answer of last week", age=5 * DAY)
    add_chat(platform, alice, "Of long ago", age=400 * DAY)
    page = go()
    page.evaluate("window.isSamePage = true")

    headings = sidebar(page).locator("[data-chats] h2")
    expect(headings).to_have_text(["Today", "Previous 7 days", (now() - 400 * DAY).strftime("%B %Y")])
    chat(page, "Of today").click()
    expect(page.get_by_text("An answer of today")).to_be_visible()
    expect(chat(page, "Of today")).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("heading", level=1)).to_have_text("Of today")
    chat(page, "Of last week").click()
    expect(page.get_by_text("An answer of last week")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("An answer of today")).to_be_visible()
    expect(page).to_have_title(re.compile("^Of today "))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("New chat")
    page.go_forward()
    expect(page.get_by_text("An answer of today")).to_be_visible()
    assert page.evaluate("window.isSamePage")


@pytest.mark.req("C3")
def test_a_long_list_is_loaded_as_it_is_scrolled(platform, alice, go):
    at = now()
    fields = {"person_id": alice.id, "models": ["sample-chat"], "created_at": at}
    add_rows(
        platform, *[Conversation(title=f"Chat {i}", updated_at=at - timedelta(minutes=i), **fields) for i in range(90)]
    )
    page = go()

    expect(chat(page, "Chat 39")).to_be_attached()
    expect(chat(page, "Chat 89")).to_have_count(0)
    for last in (39, 79, 89):
        chat(page, f"Chat {last}").scroll_into_view_if_needed()
    expect(sidebar(page).locator(".chat-item")).to_have_count(90)
    expect(page.get_by_text("Loading older chats…")).to_be_hidden()


@pytest.mark.req("C3", "C14")
def test_a_chat_is_renamed_in_place_deleted_and_brought_back_with_keys_alone(platform, alice, go):
    renamed = add_chat(platform, alice, "Old name")
    page = go(f"/chat/{renamed}")

    chat(page, "Old name").focus()
    page.keyboard.press("F2")
    page.keyboard.type("Discarded")
    page.keyboard.press("Escape")
    expect(chat(page, "Old name")).to_be_focused()
    page.keyboard.press("F2")
    with page.expect_response(lambda one: one.request.method == "PATCH" and one.ok):
        page.keyboard.type("<b>New</b> name")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>New</b> name")
    expect(chat(page, "<b>New</b> name")).to_be_focused()
    choose(page, "<b>New</b> name", "Delete")
    expect(chat(page, "<b>New</b> name")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("New chat")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(chat(page, "<b>New</b> name")).to_be_visible()
    expect(go(f"/chat/{renamed}").get_by_role("heading", level=1)).to_have_text("<b>New</b> name")


@pytest.mark.req("C4", "C14")
def test_chats_are_put_into_folders_by_mouse_and_by_keys_and_survive_their_folder(platform, alice, go):
    for title in ("Dragged", "Chosen", "Left"):
        add_chat(platform, alice, title)
    page = go()

    sidebar(page).get_by_role("button", name="New folder").click()
    expect(page.get_by_label("Name of the new folder")).to_be_focused()
    page.keyboard.type("Work")
    page.keyboard.press("Enter")
    folder = sidebar(page).get_by_role("button", name="Work", exact=True)
    expect(folder).to_be_visible()
    with page.expect_response(lambda one: one.request.method == "PATCH" and one.ok):
        chat(page, "Dragged").drag_to(folder)
    with page.expect_response(lambda one: one.request.method == "PATCH" and one.ok):
        choose(page, "Chosen", "Move to…", "Work")
    content = sidebar(page).locator("[data-folder] .chat-item__link")
    expect(folder).to_have_attribute("aria-expanded", "true")
    expect(content).to_have_count(2)
    go()
    expect(content).to_have_count(2)
    expect(sidebar(page).locator("[data-chats] .chat-item__link")).to_have_text(["Left"])
    choose(page, "the folder Work", "Delete, keep its chats")
    expect(folder).to_have_count(0)
    expect(sidebar(page).locator("[data-chats] .chat-item__link")).to_have_count(3)


@pytest.mark.req("C3", "C14")
def test_search_finds_what_was_said_and_opens_it_there(platform, alice, go):
    add_chat(platform, alice, "Botany", answer="Chlorophyll <img src=x> is green.")
    add_chat(platform, alice, "Something else")
    page = go()
    dialog = page.get_by_role("dialog", name="Search your chats")

    page.keyboard.press("Control+k")
    expect(dialog.get_by_role("option")).to_have_count(2)
    page.keyboard.type("chloroph")
    expect(dialog.get_by_role("option")).to_have_count(1)
    expect(dialog.locator("mark")).to_have_text("Chlorophyll")
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Chlorophyll <img src=x> is green.")).to_be_in_viewport()
    page.keyboard.press("Control+k")
    page.keyboard.type("nowhere to be found")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing found")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.req("C1")
def test_somebody_without_an_account_accepts_the_terms_once_and_finds_the_chat_again(platform, page, chat_models):
    page.goto(f"{platform.portal_url}/chat?model=chat-echo")
    dialog = page.get_by_role("dialog", name="Chat without an account")
    expect(sidebar(page).get_by_role("heading", name="Your chats stay here")).to_be_visible()

    page.locator("#question").fill("Hello, echo")
    page.locator("#question").press("Enter")
    dialog.get_by_role("button", name="Start chatting").click()
    expect(dialog.get_by_role("alert")).to_have_text("Please accept the terms of use first.")
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Start chatting").click()
    expect(page.get_by_role("article", name="Answer of")).to_contain_text("Hello, echo")
    expect(chat(page, "Hello, echo")).to_have_attribute("aria-current", "page")
    expect(sidebar(page).get_by_text("These chats are of this visit.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("article", name="Answer of")).to_contain_text("Hello, echo")
    expect(chat(page, "Hello, echo")).to_be_visible()


@pytest.mark.req("C3")
def test_all_chats_are_deleted_after_the_word_was_typed(platform, alice, go):
    add_chat(platform, alice, "One")
    page = go()
    dialog = page.get_by_role("dialog", name="Delete all your chats?")

    page.get_by_role("button", name="Delete all…").click()
    dialog.get_by_role("button", name="Delete all chats").click()
    expect(dialog.get_by_role("alert")).to_contain_text("type “delete”")
    dialog.get_by_label("Type “delete” to confirm").fill("delete")
    dialog.get_by_role("button", name="Delete all chats").click()
    expect(dialog).to_be_hidden()
    expect(sidebar(page).get_by_text("Your chats will be listed here.")).to_be_visible()


@pytest.mark.req("C14")
def test_on_a_phone_the_list_is_a_drawer_that_keeps_the_focus(platform, alice, chat_page, go):
    title = "A title " + "that goes on " * 20
    add_chat(platform, alice, title.strip())
    add_rows(platform, Folder(person_id=alice.id, name="F" * 100, created_at=now()))
    chat_page.set_viewport_size(PHONE)
    page = go()
    opener = page.get_by_role("button", name="Show your chats")

    opener.click()
    expect(sidebar(page).get_by_role("link", name="New chat")).to_be_focused()
    assert_accessible(page)
    inside = "document.activeElement === document.body || document.activeElement.closest('#chat-sidebar') !== null"
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    chat(page, title.strip()).focus()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(sidebar(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
