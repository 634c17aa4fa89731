import uuid

import pytest
from chat_client import endings, text_of

from portal.chat.frames import Frames
from portal.chat.protocol import Delta

NUMBERS = " ".join(map(str, range(1, 81)))


@pytest.mark.req("C1")
def test_after_a_lost_connection_the_answer_goes_on_where_it_broke_off(opened):
    with opened() as chat:
        turn = chat.send("count to 80", "chat-fast")
        before = [chat.hear_first("delta"), chat.hear()]
        chat.socket.socket.close()
    with opened() as chat:
        chat.tell("resume", turn=turn["id"], after=before[-1]["seq"])
        after = chat.until_ended()

    assert next(frame["seq"] for frame in after if "seq" in frame) == before[-1]["seq"] + 1
    assert text_of(before + after) == after[-1]["message"]["content"] == NUMBERS


@pytest.mark.req("C1")
def test_another_instance_goes_on_with_the_answer_and_can_stop_it(portal_with, opened, chat):
    with portal_with() as other, opened(other.url) as writing:
        turn = writing.send("count to 80", "chat-fast", "chat-slow")
        writing.hear_first("delta")
        chat.tell("resume", turn=turn["id"], after=0)
        first = chat.hear()
        heard = chat.until_ended()
        assert first == turn
        assert text_of(heard) == endings(heard)[0]["content"] == NUMBERS

        chat.tell("stop", turn=turn["id"], lane=1)
        here, there = chat.until_ended(), writing.until_ended(2)

    assert endings(here)[1]["state"] == "stopped"
    assert endings(here)[1] == endings(there)[1]
    numbered = [frame["seq"] for frame in (*heard, *here) if "seq" in frame]
    assert numbered == list(range(2, len(numbered) + 2))


@pytest.mark.req("C1")
def test_two_sockets_follow_one_turn(opened, chat):
    turn = chat.send("count to 30", "chat-fast")
    with opened() as second:
        second.tell("resume", turn=turn["id"], after=0)
        assert second.hear() == turn
        assert second.until_ended() == chat.until_ended()


@pytest.mark.req("C1")
def test_a_turn_that_is_over_is_told_once_more(opened, chat):
    turn = chat.send("Hello", "chat-echo")
    frames = chat.until_ended()
    with opened() as later:
        later.tell("resume", turn=turn["id"], after=0)
        assert [later.hear(), *later.until_ended()] == [turn, *frames]
        later.tell("resume", turn=turn["id"], after=frames[-1]["seq"])
        later.tell("ping")
        assert later.hear_first("pong")


@pytest.mark.req("C1")
def test_two_answers_are_written_on_one_socket_at_once(chat):
    slow = chat.send("count to 1000", "chat-slow")
    chat.hear_first("delta")
    fast = chat.send("Hello", "chat-echo", conversation=slow["conversation"])
    while fast["type"] in {"delta", "title"}:
        fast = chat.hear()
    assert fast["type"] == "turn", fast
    ended = chat.until_ended()[-1]
    chat.tell("stop", turn=slow["id"])

    assert (ended["turn"], ended["message"]["content"]) == (fast["id"], "Hello")
    assert chat.until_ended()[-1]["turn"] == slow["id"]


@pytest.mark.req("C1")
async def test_a_reader_that_is_slow_falls_behind_and_holds_nobody():
    frames = Frames()
    slow, fast = frames.follow(after=0), frames.follow(after=0)
    turn = uuid.uuid4()
    for number in range(1000):
        frames.add(Delta(turn=turn, lane=0, seq=frames.next_seq, text=str(number)))
        assert f'"{number}"' in await anext(fast)
    frames.complete()

    assert len([frame async for frame in slow]) == 1000
