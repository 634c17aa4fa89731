"""The page of the chat: who may see which, and what its scripts begin with."""

from datetime import timedelta

import pytest
from chats import add_chat, add_rows
from waiting import wait_until

from portal.core.clock import now
from portal.models import Folder

pytestmark = pytest.mark.req("C1", "C3")


def test_everybody_may_look_at_a_new_chat(visitor, data_of):
    page = visitor.get("/chat")

    data = data_of(page.text)
    assert page.status_code == 200
    assert data["conversation"] is None
    assert data["viewer"] == {"kind": None}
    assert data["conversations"] == data["folders"] == []
    assert data["defaults"]["models"] == ["sample-chat"]


def test_the_page_offers_the_models_that_chat_with_their_cards(visitor, data_of):
    shown = data_of(visitor.get("/chat").text)["models"]

    assert shown == visitor.get("/api/models?mode=chat").json()["models"]


def test_a_model_page_leads_to_a_chat_with_that_model(visitor, data_of):
    assert 'href="/chat?model=sample-reasoning"' in visitor.get("/models/sample-reasoning").text

    chosen = data_of(visitor.get("/chat?model=sample-reasoning").text)["defaults"]["models"]

    assert chosen == ["sample-reasoning"]


@pytest.mark.parametrize("model", ["sample-embedding", "no-such-model", "<script>"])
def test_a_model_that_cannot_chat_is_no_choice(visitor, data_of, model):
    page = visitor.get("/chat", params={"model": model})

    assert data_of(page.text)["defaults"]["models"] == ["sample-chat"]


def test_a_new_chat_begins_with_the_models_of_the_newest_one(platform, alice, data_of):
    add_chat(platform, alice.person, "Older", models=["sample-chat"], age=timedelta(days=1))
    add_chat(platform, alice.person, "Newest", models=["sample-reasoning", "gone-model"])

    assert data_of(alice.client.get("/chat").text)["defaults"]["models"] == ["sample-reasoning"]


def test_a_chat_is_in_its_page_with_all_its_messages(platform, alice, data_of):
    chat = add_chat(platform, alice.person, "About why", question="Why?", answer="Because.")

    page = alice.client.get(f"/chat/{chat}").text

    shown = data_of(page)["conversation"]
    assert [one["content"] for one in shown["messages"]] == ["Why?", "Because."]
    assert shown["leaf"] == shown["messages"][1]["id"]
    assert "<title>About why" in page
    assert f'href="/chat/{chat}" dir="auto" aria-current="page"' in page


def test_the_list_is_in_the_page_newest_first_with_the_folders(platform, alice, data_of):
    folder = Folder(person_id=alice.person.id, name="Work", created_at=now())
    add_rows(platform, folder)
    folder_id = folder.id
    for title, age in (("Old", 9), ("New", 0), ("Deleted", 1)):
        deleted_at = now() if title == "Deleted" else None
        add_chat(platform, alice.person, title, age=timedelta(days=age), deleted_at=deleted_at)
    add_chat(platform, alice.person, "In the folder", folder_id=folder_id)

    data = data_of(alice.client.get("/chat").text)

    assert [one["title"] for one in data["conversations"]] == ["New", "Old"]
    assert [one["name"] for one in data["folders"]] == ["Work"]
    assert data["next"] is None


def test_three_people_see_their_own_chats_alone(platform, alice, charlie, member, visitor):
    chat = add_chat(platform, alice.person, "A secret title", answer="A secret answer")
    bob = member()

    assert alice.client.get(f"/chat/{chat}").status_code == 200
    for stranger in (bob, charlie):
        refused = stranger.client.get(f"/chat/{chat}")
        assert refused.status_code == 404
        assert "secret" not in refused.text + stranger.client.get("/chat").text
    sent = visitor.get(f"/chat/{chat}")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/login?next=%2Fchat%2F{chat}")


@pytest.mark.parametrize("address", ["00000000-0000-4000-8000-000000000000", "nonsense", "%00", "a" * 5000])
def test_a_chat_that_is_not_there_is_not_found(alice, address):
    page = alice.client.get(f"/chat/{address}")

    assert page.status_code == 404
    assert "No such chat" in page.text


def test_a_deleted_chat_is_not_found(platform, alice):
    chat = add_chat(platform, alice.person, "Gone", deleted_at=now())

    assert alice.client.get(f"/chat/{chat}").status_code == 404


def test_no_text_can_end_the_data_or_become_markup(platform, alice, data_of):
    evil = "</script><script>alert(1)</script><!--<script>\u2028"
    chat = add_chat(platform, alice.person, evil, question=evil, answer=evil, system_prompt=evil)

    page = alice.client.get(f"/chat/{chat}").text

    assert data_of(page)["conversation"]["title"] == evil
    assert data_of(page)["conversation"]["messages"][1]["content"] == evil
    assert "<script>alert" not in page


def test_somebody_who_was_blocked_sees_none_of_their_chats(platform, alice, portal_database):
    add_chat(platform, alice.person, "A secret title")
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [alice.person.id])

    assert "secret" not in alice.client.get("/chat").text


def test_models_that_a_person_may_not_use_are_not_offered(portal_with, browse, data_of):
    with portal_with(permissionless_models=["sample-reasoning"]) as server:
        shown: list[str] = []

        def offered() -> list[str]:
            shown[:] = [one["id"] for one in data_of(browse(server.url).get("/chat").text)["models"]]
            return shown

        wait_until(offered)

    assert shown == ["sample-reasoning"]
