"""The list of conversations, and each of them: opened, changed, deleted and brought back."""

from uuid import uuid4

import pytest
from key_calls import at_once

DELETE_ALL = {"confirm": "delete"}


def titles(client, **params):
    answer = client.get("/api/conversations", params=params)
    assert answer.status_code == 200, answer.text
    return [one["title"] for one in answer.json()["conversations"]]


@pytest.mark.req("C3")
def test_list_is_empty_for_somebody_who_has_not_chatted_yet(member):
    assert member().client.get("/api/conversations").json() == {"conversations": [], "more": False, "next": None}


@pytest.mark.req("C3")
def test_conversations_are_listed_newest_first_page_by_page_also_those_of_the_same_moment(member, written):
    alice = member()
    for number in range(7):
        written(alice, title=f"Chat {number}", minutes=number // 3)

    found, before, pages = [], "", 0
    while True:
        page = alice.client.get("/api/conversations", params={"limit": 2, "before": before}).json()
        found += [one["title"] for one in page["conversations"]]
        pages += 1
        before = page["next"]
        assert page["more"] == bool(before)
        if not before:
            break

    assert pages == 4
    assert found == titles(alice.client)
    assert sorted(found) == [f"Chat {number}" for number in range(7)]
    assert found[0] == "Chat 6"
    assert set(found[-3:]) == {"Chat 0", "Chat 1", "Chat 2"}


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": 0}, "query.limit"),
        ({"limit": 201}, "query.limit"),
        ({"limit": "many"}, "query.limit"),
        ({"before": "yesterday"}, "before"),
        ({"before": "2026-03-01T12:00:00Z_no-id"}, "before"),
        ({"before": "\0"}, "before"),
        ({"before": "x" * 101}, "query.before"),
        ({"deleted": "perhaps"}, "query.deleted"),
    ],
)
def test_wrong_place_or_size_of_a_page_is_named(member, params, field):
    answer = member().client.get("/api/conversations", params=params)

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.req("C3", "C5")
def test_whole_conversation_is_its_tree_of_messages_oldest_first(member, written):
    alice = member()
    chat = written(alice, "What is tea?", "A drink.", "Green or black?", "Both.", title="Tea")

    whole = alice.client.get(chat.path).json()

    assert (whole["id"], whole["title"], whole["models"]) == (str(chat.id), "Tea", ["sample-chat"])
    assert [one["content"] for one in whole["messages"]] == ["What is tea?", "A drink.", "Green or black?", "Both."]
    assert [one["parent"] for one in whole["messages"]] == [None, *(str(one) for one in chat.messages[:-1])]


@pytest.mark.req("C3", "C6")
def test_each_part_of_a_conversation_is_changed_alone_and_its_place_in_the_list_stays(member, written):
    alice = member()
    chat = written(alice, "Question", "Answer")
    before = alice.client.get(chat.path).json()
    folder = alice.client.post("/api/folders", json={"name": "Work"}).json()["id"]

    for change in (
        {"title": "  Tea\n and\tcoffee \u0000 "},
        {"folder": folder},
        {"models": ["sample-chat", "sample-reasoning"]},
        {"system_prompt": "Be brief.\nSay \u200fno more.\u0000"},
        {"parameters": {"temperature": 0.5, "max_tokens": 100}},
        {"leaf": str(chat.messages[1])},
    ):
        assert alice.client.patch(chat.path, json=change).status_code == 200

    now = alice.client.get(chat.path).json()
    assert (now["title"], now["folder"], now["leaf"]) == ("Tea and coffee", folder, str(chat.messages[1]))
    assert now["models"] == ["sample-chat", "sample-reasoning"]
    assert now["system_prompt"] == "Be brief.\nSay \u200fno more."
    assert now["parameters"] == {"temperature": 0.5, "top_p": None, "max_tokens": 100}
    assert now["updated_at"] == before["updated_at"]
    assert alice.client.patch(chat.path, json={"folder": None}).json()["folder"] is None


@pytest.mark.req("C3")
def test_two_windows_that_change_different_things_keep_both(member, written):
    alice = member()
    chat = written(alice, "Question", "Answer")
    changes = [{"title": "Tea"}, {"system_prompt": "Be brief."}, {"models": ["a"]}, {"parameters": {"top_p": 0.1}}]

    def change(one):
        return lambda client: client.patch(chat.path, json=one)

    assert at_once(alice.client, [change(one) for one in changes]) == [200] * 4

    now = alice.client.get(chat.path).json()
    assert (now["title"], now["system_prompt"], now["models"]) == ("Tea", "Be brief.", ["a"])
    assert now["parameters"]["top_p"] == 0.1


@pytest.mark.req("C3")
def test_title_of_a_persons_own_is_marked_so_that_no_model_changes_it(member, written, portal_database):
    alice = member()
    chat = written(alice)
    alice.client.patch(chat.path, json={"title": "Mine"})

    query = "SELECT is_title_own FROM conversation WHERE id = %s"
    assert portal_database.execute(query, [chat.id]).fetchone() == (True,)


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": None}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"models": []}, "models"),
        ({"models": ["m"] * 17}, "models"),
        ({"models": [7]}, "models.0"),
        ({"models": ["a\nb"]}, "models.0"),
        ({"parameters": {"temperature": 3}}, "parameters.temperature"),
        ({"parameters": {"magic": 1}}, "parameters.magic"),
        ({"parameters": {"top_p": float("nan")}}, "parameters.top_p"),
        ({"system_prompt": "x" * 50_001}, "system_prompt"),
        ({"leaf": "here"}, "leaf"),
        ({"folder": 5}, "folder"),
        ({"person_id": str(uuid4())}, "person_id"),
    ],
)
def test_wrong_change_is_refused_with_its_field(member, written, change, field):
    from json import dumps

    alice = member()
    chat = written(alice)

    headers = {"content-type": "application/json"}
    answer = alice.client.patch(chat.path, content=dumps(change), headers=headers)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.req("C3", "C5")
def test_branch_and_folder_must_be_of_this_conversation_and_person(member, written):
    alice, bob = member(), member()
    chat, other = written(alice, "One"), written(alice, "Two")
    theirs = bob.client.post("/api/folders", json={"name": "Bob's"}).json()["id"]

    wrong_leaf = alice.client.patch(chat.path, json={"leaf": str(other.messages[0])})
    wrong_folder = alice.client.patch(chat.path, json={"folder": theirs, "title": "Not kept"})

    assert (wrong_leaf.status_code, wrong_leaf.json()["code"]) == (404, "message_not_found")
    assert (wrong_folder.status_code, wrong_folder.json()["code"]) == (404, "folder_not_found")
    assert alice.client.get(chat.path).json()["title"] == "Untitled"


@pytest.mark.req("C3")
def test_deleted_conversation_is_gone_and_comes_back_as_it_was(member, written):
    alice = member()
    chat = written(alice, "Question", "Answer", title="Tea")
    before = alice.client.get(chat.path).json()

    assert [alice.client.delete(chat.path).status_code for _ in range(2)] == [204, 204]
    assert alice.client.get(chat.path).status_code == 404
    assert alice.client.patch(chat.path, json={"title": "No"}).status_code == 404
    assert (titles(alice.client), titles(alice.client, deleted=True)) == ([], ["Tea"])

    assert [alice.client.post(f"{chat.path}/restore").status_code for _ in range(2)] == [200, 200]
    assert alice.client.get(chat.path).json() == before
    assert (titles(alice.client), titles(alice.client, deleted=True)) == (["Tea"], [])


@pytest.mark.req("C3")
def test_all_conversations_are_deleted_only_when_the_word_is_said_and_come_back_one_by_one(member, written):
    alice, bob = member(), member()
    first, _ = written(alice, title="One"), written(alice, title="Two")
    written(bob, title="Bob's")

    refused = alice.client.request("DELETE", "/api/conversations", json={"confirm": "yes"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["confirm"])
    assert len(titles(alice.client)) == 2

    assert alice.client.request("DELETE", "/api/conversations", json=DELETE_ALL).status_code == 204
    assert (titles(alice.client), titles(bob.client)) == ([], ["Bob's"])
    assert alice.client.post(f"{first.path}/restore").status_code == 200
    assert titles(alice.client) == ["One"]


@pytest.mark.req("C3")
def test_long_system_prompt_fits_and_a_body_beyond_the_limit_is_refused(member, written):
    alice = member()
    chat = written(alice)

    assert alice.client.patch(chat.path, json={"system_prompt": "語" * 50_000}).status_code == 200
    refused = alice.client.patch(chat.path, json={"system_prompt": "x" * 1_100_000})

    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
