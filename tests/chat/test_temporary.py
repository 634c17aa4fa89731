import pytest
from chat_client import endings, told
from redis import Redis

SHOW = "show the request"


@pytest.mark.req("C12")
def test_nothing_of_a_temporary_chat_is_stored(platform, alice, chat, portal_database, opened, wait_until):
    history = [{"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}]
    turn, answers = chat.ask(SHOW, "chat-echo", temporary=True, history=history, system_prompt="Be brief.")

    assert turn["conversation"] is None
    assert told(answers[0]) == [("system", "Be brief."), ("user", "One"), ("assistant", "Two"), ("user", SHOW)]
    rows = portal_database.execute(
        "SELECT count(*) FROM message WHERE turn_id = %s OR id = %s", [turn["id"], turn["question"]]
    ).fetchone()
    assert rows == (0,)
    with opened() as again, Redis.from_url(platform.redis_url) as redis:
        again.tell("resume", turn=turn["id"], after=0)
        assert again.hear() == turn
        assert endings(again.until_ended()) == answers
        # The process that wrote the answer tells it before Redis has its end.
        wait_until(lambda: 0 < redis.ttl(f"chat:turn:{alice.person.id}:{turn['id']}") <= 600)


@pytest.mark.req("C12")
def test_a_temporary_chat_is_in_no_conversation(chat):
    turn, _ = chat.ask("Hello", "chat-echo")
    refused = chat.send("Hello", "chat-echo", temporary=True, conversation=turn["conversation"])

    assert refused["code"] == "bad_frame"
