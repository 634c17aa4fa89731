"""One conversation in the browser: asking, following, changing, losing the network."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from browser.cable import cable_to
from browser.chat_page import ChatPage
from chats import add_rows
from people import SomePerson
from platform_run import Platform
from playwright.sync_api import expect
from waiting import wait_until

from portal.accounts.cookie import NAME
from portal.core.clock import now
from portal.models import Conversation, Message, MessageState, Role

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("chat_models")]

COPIED = "navigator.clipboard.readText()"


@pytest.fixture
def person(member) -> SomePerson:
    return member()


@pytest.fixture
def chat(platform, page, person) -> ChatPage:
    page.context.add_cookies([cookie(person)])
    return ChatPage(page, platform.portal_url)


def cookie(person: SomePerson) -> dict[str, str]:
    return {"name": NAME, "value": person.token, "domain": "127.0.0.1", "path": "/"}


@pytest.mark.req("C1", "C14")
def test_question_is_asked_with_enter_and_answered_as_it_is_to_be_read(chat, page):
    chat.open("/chat?model=chat-echo&q=Say+**this**")
    expect(chat.question).to_have_value("Say **this**")
    expect(page.get_by_role("heading", name="Chat Echo")).to_be_visible()
    chat.question.press("End")
    chat.question.press("Shift+Enter")
    chat.question.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    chat.question.press_sequentially("again")
    expect(chat.question).to_have_value("Say **this**\nagain")
    expect(chat.questions).to_have_count(0)

    chat.question.press("Enter")

    expect(chat.questions).to_have_text(re.compile(r"Say \*\*this\*\*\nagain"))
    expect(chat.answers.locator("strong")).to_have_text("this")
    expect(chat.answers).to_contain_text(re.compile(r"to first token.*tokens/s.*tokens.*\$"))
    expect(chat.question).to_have_value("")
    expect(chat.question).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Chat Echo: answer complete")).to_be_attached()
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Say"))
    page.reload()
    expect(chat.answers.locator("strong")).to_have_text("this")


TOP = "({scrollTop}) => scrollTop"
FROM_THE_END = "({scrollHeight, scrollTop, clientHeight}) => scrollHeight - scrollTop - clientHeight"


@pytest.mark.req("C1")
def test_small_steps_up_are_kept_while_an_answer_arrives_and_the_end_is_followed_again(chat, page):
    page.set_viewport_size({"width": 600, "height": 420})
    chat.open(model="chat-fast")
    chat.ask("count to 2000")
    scroll = page.locator("[data-part=scroll]")
    wait_until(lambda: scroll.evaluate(TOP) > 200)
    scroll.hover()

    places = []
    for _ in range(6):
        page.mouse.wheel(0, -20)
        page.wait_for_timeout(300)
        places.append(scroll.evaluate(TOP))

    assert chat.button("Send").count() == 0, "the answer ended too early to show anything"
    assert places == sorted(places, reverse=True)
    assert places[0] - places[-1] == pytest.approx(100, abs=20)
    chat.button("To the end").click()
    before = scroll.evaluate(TOP)
    wait_until(lambda: scroll.evaluate(TOP) > before)
    assert scroll.evaluate(FROM_THE_END) < 64
    chat.button("Stop").click()
    chat.waits_for_the_end()


@pytest.mark.req("C1")
def test_answer_goes_on_after_a_reload_and_in_a_second_tab_and_is_stopped_and_resumed(chat, page):
    chat.open(model="chat-slow")
    chat.ask("count to 300")
    expect(chat.answers).to_contain_text("1 2 3")

    page.reload()
    expect(chat.answers).to_contain_text("1 2 3 4 5 6")
    other = ChatPage(page.context.new_page(), chat.url)
    other.open(urlsplit(page.url).path)
    expect(other.answers).to_contain_text("1 2 3 4 5 6 7 8 9")
    other.page.keyboard.press("Escape")

    for tab in (other, chat):
        expect(tab.answers).to_contain_text("Stopped")
        expect(tab.answers).to_contain_text("1 2 3 4 5 6 7 8 9")
    chat.button("Resume").click()
    expect(chat.button("Stop")).to_be_visible()
    expect(other.button("Stop")).to_be_visible()
    chat.button("Stop").click()
    expect(chat.answers).to_contain_text("Stopped")


@pytest.mark.req("C5")
def test_questions_and_answers_have_versions_and_every_answer_can_be_continued(chat, page, platform):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.open()
    chat.asks_and_is_answered("The *first* way", "The first way")
    chat.button("Copy this answer").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_attached()
    assert page.evaluate(COPIED) == "The *first* way"

    chat.questions.hover()
    chat.button("Change this question").click()
    page.get_by_role("textbox", name="Change your question").fill("The second way")
    chat.button("Ask again").click()
    expect(chat.answers).to_contain_text("The second way")
    chat.waits_for_the_end()
    versions = page.get_by_role("group", name="Versions of this question")
    expect(versions).to_have_text("2/2")
    versions.get_by_role("button", name="Earlier version").click()
    expect(versions).to_have_text("1/2")
    expect(chat.answers).to_contain_text("The first way")
    page.keyboard.press("ArrowRight")
    expect(versions).to_have_text("2/2")
    expect(chat.answers).to_contain_text("The second way")

    chat.button("Answer again").click()
    expect(page.get_by_role("group", name="Versions of this answer")).to_have_text("2/2")
    chat.waits_for_the_end()
    chat.asks_and_is_answered("Further on", "Further on")
    chat.button("Continue from here").click()
    expect(chat.questions).to_have_count(1)
    chat.button("Back to the later messages").click()
    expect(chat.questions).to_have_count(2)
    chat.button("Continue from here").click()
    chat.asks_and_is_answered("Elsewhere", "Elsewhere")
    expect(versions).to_have_text(["2/2", "2/2"])
    page.reload()
    expect(chat.questions).to_have_text([re.compile("The second way"), re.compile("Elsewhere")])


@pytest.mark.req("C1")
def test_failure_says_what_to_do_and_another_model_answers_in_its_place(chat, page):
    chat.open(model="chat-refuses")
    chat.ask("Hello **there**")
    failed = chat.answers.filter(has_text="Failed")
    expect(failed.get_by_role("button", name=re.compile("Try again"))).to_be_visible()

    failed.get_by_role("button", name="Choose another model").click()
    chat.choose("Chat Echo")

    expect(chat.answers.locator("strong")).to_have_text("there")
    expect(page.get_by_role("group", name="Versions of this answer")).to_have_text("2/2")
    expect(page.get_by_role("article", name="Answer of Chat Echo")).to_be_visible()


@pytest.mark.req("C1")
def test_lost_network_is_said_and_the_answer_goes_on_by_itself(chromium, platform, person, address):
    """In a window of its own, because the browser complains about each request that the network refuses."""
    with cable_to(urlsplit(platform.portal_url).port) as cable, chromium.new_context(locale="en-GB") as context:
        context.add_cookies([cookie(person)])
        chat = ChatPage(context.new_page(), cable.url)
        chat.open(model="chat-slow")
        chat.ask("count to 300")
        expect(chat.answers).to_contain_text("1 2 3")
        lost = chat.page.get_by_text("Reconnecting…")

        cable.cut()
        expect(lost).to_be_visible()
        chat.question.fill("What I write meanwhile")
        cable.mend()

        expect(lost).to_be_hidden()
        expect(chat.answers).to_contain_text(" ".join(str(number) for number in range(1, 20)))
        expect(chat.question).to_have_value("What I write meanwhile")
        chat.button("Stop").click()
        expect(chat.answers).to_contain_text("Stopped")


@pytest.mark.req("C16")
def test_full_context_is_seen_coming_and_what_is_left_out_is_marked(chat, page, platform):
    chat.open(model="chat-small")
    budget = page.locator("#chat-budget")
    expect(budget).to_contain_text("of 400 tokens")
    chat.question.fill("word " * 200)
    expect(budget).to_contain_text("this question is too long")

    chat.asks_and_is_answered("word " * 40, "Answer from")
    chat.question.fill("word " * 40)
    expect(budget).to_contain_text("the oldest messages will be left out")
    chat.asks_and_is_answered("And now?", "And now?")

    mark = page.get_by_text("Chat Small no longer sees the messages above")
    expect(mark).to_be_visible()
    assert mark.bounding_box()["y"] > chat.answers.first.bounding_box()["y"]
    assert mark.bounding_box()["y"] < chat.questions.last.bounding_box()["y"]


@pytest.mark.req("C1")
def test_question_that_is_too_long_says_so_and_stays(portal_with, page, person):
    with portal_with(chat_message_characters=1000) as server:
        page.context.add_cookies([cookie(person)])
        chat = ChatPage(page, server.url)
        chat.open()

        chat.ask("x" * 1001)

        expect(page.get_by_role("alert").filter(has_text="1,001 characters")).to_be_visible()
        expect(chat.question).to_have_value("x" * 1001)
        expect(chat.questions).to_have_count(0)


@pytest.mark.req("C12")
def test_temporary_chat_remembers_what_was_said_and_nothing_of_it_is_kept(chat, page, person):
    chat.open()
    chat.button("Temporary chat").click()
    chat.asks_and_is_answered("My word is *heather*", "heather")
    chat.asks_and_is_answered("show the request", "messages")
    expect(chat.answers.last).to_contain_text("heather")
    chat.answers.last.get_by_role("button", name="Answer again").click()
    expect(page.get_by_role("group", name="Versions of this answer")).to_have_text("2/2")
    chat.waits_for_the_end()
    expect(chat.answers.last).to_contain_text("heather")

    assert page.url.endswith("/chat?model=chat-echo")
    assert person.client.get("/api/conversations").json()["conversations"] == []


@pytest.mark.req("C1", "K4")
def test_visitor_accepts_the_terms_with_the_first_question_and_what_was_written_stays(platform, page):
    chat = ChatPage(page, platform.portal_url)
    chat.open()
    chat.ask("Is anybody there?")
    page.keyboard.press("Escape")
    expect(chat.question).to_have_value("Is anybody there?")

    chat.question.press("Enter")
    page.get_by_role("checkbox").check()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Start")).click()

    expect(chat.answers).to_contain_text("Is anybody there?")
    expect(chat.question).to_have_value("")


@pytest.mark.req("C14")
def test_long_chat_opens_at_its_end_and_draws_only_what_is_near(chat, page, platform, person):
    chat.open(f"/chat/{long_chat(platform, person)}")
    expect(chat.answers.last).to_be_in_viewport()
    expect(chat.answers.last.locator("strong")).to_have_text("number 149")
    assert page.locator(".lane__text strong").count() < 75
    to_end = chat.button("To the end")
    expect(to_end).to_be_hidden()

    page.get_by_role("log").hover()
    page.mouse.wheel(0, -4000)
    expect(to_end).to_be_visible()
    to_end.click()
    expect(chat.answers.last).to_be_in_viewport()
    expect(to_end).to_be_hidden()


def long_chat(platform: Platform, person: SomePerson) -> UUID:
    at = now() - timedelta(days=1)
    chat = Conversation(person_id=person.person.id, title="Long", models=["chat-echo"], created_at=at, updated_at=at)
    messages: list[Message] = []
    for number in range(300):
        parent = messages[-1].id if messages else None
        said = {"conversation_id": chat.id, "parent_id": parent, "created_at": at + timedelta(seconds=number)}
        text = f"This is **number {number // 2}**.\n\n" + "Some words that fill a line or two. " * 10
        role = {"role": Role.ASSISTANT, "model": "chat-echo"} if number % 2 else {"role": Role.USER}
        messages.append(Message(**said, **role, content=text, state=MessageState.COMPLETE))
    chat.leaf_id = messages[-1].id
    add_rows(platform, chat, *messages)
    return chat.id
