import uuid

import pytest
from chat_client import endings, told

SHOW = "show the request"


def rows(database, conversation):
    found = database.execute(
        "SELECT id, parent_id, role, lane, state, content FROM message WHERE conversation_id = %s ORDER BY created_at",
        [conversation],
    )
    return found.fetchall()


@pytest.mark.req("C2", "C5")
def test_each_lane_is_told_its_own_answers(chat):
    first, answers = chat.ask("One", "chat-echo", "sample-chat")
    _, messages = chat.ask(SHOW, "chat-echo", "chat-echo", conversation=first["conversation"], parent=answers[0]["id"])

    assert told(messages[0]) == [("user", "One"), ("assistant", "One"), ("user", SHOW)]
    assert told(messages[1]) == [("user", "One"), ("assistant", answers[1]["content"]), ("user", SHOW)]
    assert answers[1]["content"] != "One"


@pytest.mark.req("C2")
def test_with_one_of_the_answers_alone_the_chat_goes_on_from_it(chat):
    first, answers = chat.ask("One", "chat-echo", "sample-chat")
    _, messages = chat.ask(SHOW, "chat-echo", conversation=first["conversation"], parent=answers[1]["id"])

    _, later = chat.ask(SHOW, "chat-echo", "chat-echo", conversation=first["conversation"], parent=messages[0]["id"])

    chosen = ("assistant", answers[1]["content"])
    assert told(messages[0])[1] == chosen
    assert told(later[0])[1] == told(later[1])[1] == chosen


@pytest.mark.req("C5")
def test_an_edited_question_is_a_sibling_with_the_same_past(chat, portal_database):
    first, answers = chat.ask("One", "chat-echo")
    here = {"conversation": first["conversation"], "parent": answers[0]["id"]}
    old, _ = chat.ask("Two", "chat-echo", **here)
    new, messages = chat.ask(SHOW, "chat-echo", **here)

    assert old["question"] != new["question"]
    assert told(messages[0]) == [("user", "One"), ("assistant", "One"), ("user", SHOW)]
    questions = [row[:2] for row in rows(portal_database, first["conversation"]) if row[2] == "user"]
    assert [(str(question), parent and str(parent)) for question, parent in questions] == [
        (first["question"], None),
        (old["question"], answers[0]["id"]),
        (new["question"], answers[0]["id"]),
    ]


@pytest.mark.req("C1", "C5")
def test_asked_again_a_question_has_another_answer_beside_the_first(chat, portal_database):
    first, answers = chat.ask(SHOW, "chat-echo")
    again, messages = chat.ask(None, "chat-echo", conversation=first["conversation"], parent=first["question"])

    assert again["question"] == first["question"]
    assert messages[0]["id"] != answers[0]["id"]
    assert told(messages[0]) == [("user", SHOW)]
    assert [row[2] for row in rows(portal_database, first["conversation"])] == ["user", "assistant", "assistant"]


@pytest.mark.req("C5")
def test_the_next_question_follows_the_newest_version_that_did_not_fail(chat):
    first, _ = chat.ask("One", "sample-chat")
    here = {"conversation": first["conversation"]}
    second, newest = chat.ask(None, "chat-echo", **here, parent=first["question"])
    failed, _ = chat.ask(None, "chat-refuses", **here, parent=first["question"])
    _, messages = chat.ask(SHOW, "chat-echo", **here, parent=failed["lanes"][0]["message"])

    assert second["lanes"][0]["message"] == newest[0]["id"]
    assert told(messages[0]) == [("user", "One"), ("assistant", "One"), ("user", SHOW)]


@pytest.mark.req("C5")
def test_a_question_without_an_answer_is_told_with_the_next_one(chat):
    """Two questions in a row are refused by many models."""
    first, _ = chat.ask("One", "chat-refuses")
    _, messages = chat.ask(SHOW, "chat-echo", conversation=first["conversation"], parent=first["lanes"][0]["message"])

    assert told(messages[0]) == [("user", f"One\n\n{SHOW}")]


@pytest.mark.req("C6")
def test_system_prompt_and_parameters_reach_the_model_and_are_kept(chat, portal_database):
    lanes = [{"lane": 0, "model": "chat-echo", "params": {"temperature": 0.5, "max_tokens": 500}}]
    turn, messages = chat.ask(SHOW, system_prompt="Be brief.", lanes=lanes)
    later, answers = chat.ask(SHOW, "chat-echo", conversation=turn["conversation"], parent=messages[0]["id"])

    assert told(messages[0])[0] == ("system", "Be brief.")
    assert '"temperature": 0.5' in messages[0]["content"]
    assert '"max_tokens": 500' in messages[0]["content"]
    assert told(answers[0])[0] == ("system", "Be brief.")
    kept = portal_database.execute(
        "SELECT system_prompt, parameters, models, title, leaf_id FROM conversation WHERE id = %s",
        [turn["conversation"]],
    ).fetchone()
    assert kept == (
        "Be brief.",
        {"temperature": 0.5, "max_tokens": 500},
        ["chat-echo"],
        SHOW,
        uuid.UUID(later["lanes"][0]["message"]),
    )


@pytest.mark.req("C1")
def test_an_answer_that_is_being_written_is_not_followed_by_a_question(chat):
    turn = chat.send("count to 1000", "chat-slow")
    refused = chat.send("Two", "chat-echo", conversation=turn["conversation"], parent=turn["lanes"][0]["message"])
    while refused["type"] in {"title", "delta"}:
        refused = chat.hear()

    assert refused["code"] == "answer_running"
    chat.tell("stop", turn=turn["id"])
    assert endings(chat.until_ended())[0]["state"] == "stopped"
