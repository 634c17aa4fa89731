import pytest
from chat_client import endings, text_of

MANY = "count to 1000"


@pytest.mark.req("C1")
def test_an_answer_is_told_piece_by_piece_in_one_order_and_whole_at_its_end(chat):
    turn = chat.send("count to 40", "chat-fast")
    frames = chat.until_ended()

    title, *rest = frames
    assert turn["seq"] == 1
    assert title == {"type": "title", "conversation": turn["conversation"], "title": "count to 40"}
    assert [frame["seq"] for frame in rest] == list(range(2, len(rest) + 2))
    assert len(rest) > 3
    done = rest[-1]["message"]
    assert done["id"] == turn["lanes"][0]["message"]
    assert done["content"] == text_of(rest) == " ".join(map(str, range(1, 41)))
    assert done["state"] == "complete"
    assert done["finish_reason"] == "stop"


@pytest.mark.req("C2")
def test_facts_tell_tokens_cost_and_times(chat):
    _, messages = chat.ask("count to 20", "chat-fast")

    facts = messages[0]["facts"]
    assert facts["tokens_out"] == 20
    assert facts["tokens_in"] > 0
    assert facts["cost_usd"] == pytest.approx(facts["tokens_in"] * 0.000001 + 20 * 0.000002)
    assert 0 < facts["first_token_seconds"] < facts["seconds"]
    assert facts["tokens_per_second"] > 0


@pytest.mark.req("C2")
def test_slow_failing_and_refusing_lanes_hold_no_other_one(chat):
    turn = chat.send(MANY, "chat-slow", "chat-fails", "chat-refuses", "chat-echo")
    heard = chat.until_ended(3)

    ended = [frame for frame in heard if frame["type"] in {"done", "error"}]
    assert {frame["lane"]: frame.get("code") for frame in ended} == {3: None, 1: "upstream_failed", 2: "rate_limited"}
    assert endings(heard)[3]["content"] == MANY
    assert ended[-1]["retryable"]
    assert all(frame["message"]["state"] == "failed" for frame in ended if frame["type"] == "error")
    chat.tell("stop", turn=turn["id"])
    assert endings(chat.until_ended())[0]["state"] == "stopped"


@pytest.mark.req("C2")
def test_a_model_that_breaks_off_keeps_what_it_wrote_and_says_so(chat):
    chat.send(MANY, "chat-cut")
    frames = chat.until_ended()

    assert frames[-1]["type"] == "error"
    assert frames[-1]["code"] == "upstream_failed"
    assert frames[-1]["retryable"]
    assert frames[-1]["message"]["content"] == text_of(frames)
    assert frames[-1]["message"]["content"].startswith("1 2 3")


@pytest.mark.req("C1", "C2")
def test_one_lane_is_stopped_and_the_other_goes_on(chat):
    turn = chat.send("count to 60", "chat-slow", "chat-fast")
    chat.tell("stop", turn=turn["id"], lane=0)
    messages = endings(chat.until_ended(2))

    assert messages[0]["state"] == "stopped"
    assert messages[1]["content"] == " ".join(map(str, range(1, 61)))


@pytest.mark.req("C1")
def test_the_model_is_no_longer_asked_once_its_answer_is_stopped(chat):
    """The request ends with it, all the way down: LiteLLM has a request less in flight."""
    turn = chat.send(MANY, "chat-slow")
    chat.hear_first("delta")
    chat.tell("stop", turn=turn["id"])
    stopped = endings(chat.until_ended())[0]
    chat.tell("stop", turn=turn["id"])
    again = chat.send("count to 3", "chat-fast", conversation=turn["conversation"], parent=stopped["id"])

    assert stopped["content"]
    assert stopped["finish_reason"] is None
    assert again["parent"] == stopped["id"]
    assert endings(chat.until_ended())[0]["content"] == "1 2 3"


@pytest.mark.req("C7")
def test_thoughts_are_no_part_of_the_answer(chat):
    _, messages = chat.ask("count to 5", "sample-reasoning")

    assert messages[0]["content"] == "1 2 3 4 5"
    assert "count to 5" in messages[0]["reasoning"]


@pytest.mark.req("C2")
def test_a_model_that_is_gone_fails_in_its_lane_alone(chat):
    turn = chat.send("Hello", "chat-echo", "chat-never-was")
    heard = chat.until_ended(2)

    assert turn["lanes"][1]["model"] == "chat-never-was"
    assert next(frame["code"] for frame in heard if frame["type"] == "error") == "model_not_found"
    assert endings(heard)[0]["content"] == "Hello"
