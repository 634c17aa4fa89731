"""Alice owns, Bob is another member, Charlie has no account: to both, Alice's chats do not exist."""

import pytest
from chat_client import endings, open_chat

from portal.models import Kind


@pytest.fixture
def charlie(member):
    return member(kind=Kind.PERMISSIONLESS)


@pytest.fixture
def turn(chat):
    """One of Alice's that is being written."""
    turn = chat.send("count to 1000", "chat-slow")
    yield turn
    chat.tell("stop", turn=turn["id"])
    assert endings(chat.until_ended())[0]["state"] == "stopped"


@pytest.mark.req("C1")
def test_strangers_find_no_conversation_message_or_turn_of_hers(turn, bob, charlie):
    answer, conversation = turn["lanes"][0]["message"], turn["conversation"]
    for stranger in (bob, charlie):
        with open_chat(stranger) as theirs:
            own, _ = theirs.ask("Hello", "chat-echo")
            mine = {"conversation": own["conversation"]}
            theirs.tell("resume", turn=turn["id"], after=0)
            assert theirs.hear()["code"] == "turn_not_found"
            theirs.tell("stop", turn=turn["id"])
            assert theirs.hear()["code"] == "turn_not_found"
            refused = {
                "conversation_not_found": theirs.send("x", "chat-echo", conversation=conversation),
                "message_not_found": theirs.send("x", "chat-echo", **mine, parent=answer),
            }
            assert {code: frame["code"] for code, frame in refused.items()} == {code: code for code in refused}
            again = theirs.send(None, "chat-echo", **mine, parent=turn["question"])
            onward = theirs.send(None, "chat-echo", **mine, continues=answer)
            assert [again["code"], onward["code"]] == ["message_not_found"] * 2


@pytest.mark.req("C1")
def test_a_deleted_conversation_takes_no_question(chat, portal_database):
    turn, answers = chat.ask("One", "chat-echo")
    portal_database.execute("UPDATE conversation SET deleted_at = now() WHERE id = %s", [turn["conversation"]])
    refused = chat.send("Two", "chat-echo", conversation=turn["conversation"], parent=answers[0]["id"])

    assert refused["code"] == "conversation_not_found"


@pytest.mark.req("C1")
def test_a_question_follows_an_answer_and_an_answer_a_question(chat):
    turn, answers = chat.ask("One", "chat-echo")
    here = {"conversation": turn["conversation"]}

    refused = [
        chat.send("Two", "chat-echo", **here, parent=turn["question"]),
        chat.send(None, "chat-echo", **here, parent=answers[0]["id"]),
        chat.send(None, "chat-echo", **here, continues=turn["question"]),
        chat.send(None, "chat-echo", **here, continues=answers[0]["id"]),
    ]

    assert [frame["code"] for frame in refused] == ["message_not_found"] * 4
