"""What a socket is refused for, closed for, and tells its page."""

import json
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from chat_client import access_token, open_chat, open_socket
from websockets.exceptions import ConnectionClosed

from portal.core.clock import now

HELLO = {"type": "send", "content": "Hello", "lanes": [{"lane": 0, "model": "chat-echo"}]}


@pytest.fixture
def socket(platform):
    with open_socket(platform.portal_url) as client:
        yield client


@pytest.mark.req("C1")
def test_the_first_frame_has_to_sign_in(socket):
    socket.tell("ping")

    assert socket.closing() == (4401, "token")


@pytest.mark.req("C1")
@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 100_000])
def test_a_token_that_is_none_is_refused(socket, token):
    socket.tell("auth", token=token)

    assert socket.closing() == (4401, "token")


@pytest.mark.req("C1")
def test_a_token_is_good_as_long_as_its_session(socket, member):
    person = member()
    token = access_token(person)
    person.client.post("/api/auth/logout")
    socket.tell("auth", token=token)

    assert socket.closing() == (4401, "token")


@pytest.mark.req("C1")
def test_a_token_that_has_expired_is_refused(portal_with, alice):
    with portal_with() as old, open_socket(old.url) as socket:
        from portal.accounts.tokens import Tokens, token_secrets

        tokens = Tokens(token_secrets(old.settings), None, lambda: now() - timedelta(minutes=20))
        socket.tell("auth", token=tokens.issue(session_of(alice), "x" * 64))

        assert socket.closing() == (4401, "token")


@pytest.mark.req("C1")
def test_somebody_who_is_blocked_stays_outside(socket, member, portal_database):
    person = member()
    token = access_token(person)
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [person.person.id])
    socket.tell("auth", token=token)

    assert socket.closing() == (4401, "token")


@pytest.mark.req("C1")
@pytest.mark.parametrize("temporary", [False, True])
def test_somebody_who_is_blocked_in_the_middle_of_a_chat_gets_no_further_answer(
    chat, alice, portal_database, temporary
):
    chat.ask("Hello", "chat-echo", temporary=temporary)
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [alice.person.id])
    refused = chat.send("Hello again", "chat-echo", temporary=temporary)

    assert (refused["type"], refused["code"]) == ("error", "account_blocked")
    kept = portal_database.execute(
        "SELECT count(*) FROM message JOIN conversation ON conversation.id = conversation_id"
        " WHERE person_id = %s AND content = 'Hello again'",
        [alice.person.id],
    ).fetchone()
    assert kept == (0,)


@pytest.mark.req("C1")
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_site_gets_no_socket(platform, origin):
    with open_socket(platform.portal_url, origin=origin) as socket:
        assert socket.closing() == (4403, "origin")


BAD = {
    "[": "JSON",
    r'{"type": "send", "content": "\ud800", "lanes": []}': "JSON",
    "[]": "object",
    "{}": "type",
    '{"type": "dance"}': "type",
    '{"type": "ping", "more": 1}': "more",
    json.dumps({**HELLO, "content": 1}): "content",
    json.dumps({**HELLO, "content": "  "}): "content",
    json.dumps({**HELLO, "content": None}): "content",
    json.dumps({**HELLO, "lanes": []}): "lanes",
    json.dumps({**HELLO, "lanes": HELLO["lanes"] * 2}): "lanes",
    json.dumps({**HELLO, "lanes": [{"lane": -1, "model": "chat-echo"}]}): "lanes.0.lane",
    json.dumps({**HELLO, "lanes": [{"lane": 0, "model": "chat-echo", "params": {"temperature": 9}}]}): "temperature",
    json.dumps({**HELLO, "conversation": "mine"}): "conversation",
    json.dumps({**HELLO, "history": [{"role": "user", "content": "x"}]}): "history",
    json.dumps({**HELLO, "temporary": True, "history": [{"role": "system", "content": "x"}]}): "history.0.role",
    json.dumps({"type": "stop", "turn": 7}): "turn",
    json.dumps({"type": "resume", "turn": str(uuid.uuid4()), "after": -1}): "after",
}


@pytest.mark.req("C1")
@pytest.mark.parametrize("frames", [list(BAD)[start : start + 4] for start in range(0, len(BAD), 4)])
def test_a_bad_frame_is_answered_with_what_is_wrong_with_it(opened, frames):
    with opened() as chat:
        for frame in frames:
            chat.socket.send(frame)
            answer = chat.hear()

            assert (answer["type"], answer["code"]) == ("error", "bad_frame")
            assert BAD[frame] in answer["text"], frame
            assert not answer["retryable"]
        chat.tell("ping")
        assert chat.hear() == {"type": "pong"}


@pytest.mark.req("C1")
def test_a_client_that_sends_nothing_but_bad_frames_is_let_go(chat):
    for _ in range(5):
        chat.socket.send(b"\x00\xff")

    assert chat.closing() == (4400, "bad_frame")


@pytest.mark.req("C1")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lanes": [{"lane": number, "model": "chat-echo"} for number in range(3000)]}, "too_many_lanes"),
        ({"lanes": [{"lane": 999, "model": "chat-echo"}]}, "too_many_lanes"),
        ({"lanes": [{"lane": 0, "model": "chat-never-was"}]}, "unknown_model"),
        ({"lanes": [{"lane": 0, "model": "sample-embedding"}]}, "unknown_model"),
        ({"content": "x" * 200_001}, "message_too_long"),
        ({"conversation": str(uuid.uuid4())}, "conversation_not_found"),
        ({"parent": str(uuid.uuid4())}, "conversation_not_found"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(chat, fields, code):
    refused = chat.send("Hello", "chat-echo", **fields)

    assert (refused["type"], refused["code"], bool(refused["ref"])) == ("error", code, True)


@pytest.mark.req("C1")
def test_a_huge_frame_ends_the_socket_and_nothing_else(opened):
    with opened() as chat, opened() as other:
        with pytest.raises(ConnectionClosed):
            for _ in range(3):
                chat.socket.send("x" * 3_000_000)
                chat.socket.recv(timeout=20)

        assert chat.socket.close_code == 1009
        other.tell("ping")
        assert other.hear() == {"type": "pong"}


@pytest.mark.req("C1")
def test_limits_of_frames_sockets_and_answers_are_settings(portal_with, alice):
    settings = {"chat_frames_per_second": 3, "chat_sockets_per_person": 1, "chat_running_answers": 2}
    with portal_with(**settings) as portal, open_chat(alice, portal.url) as chat:
        with open_socket(portal.url) as second:
            second.tell("auth", token=access_token(alice))
            assert second.closing() == (4409, "too many sockets")
        refused = chat.send("Hello", "chat-slow", "chat-slow", "chat-slow")
        assert refused["code"] == "too_many_turns"
        assert refused["retryable"]
        assert refused["retry_after"]
        # The socket may be closed before all of them are sent.
        with suppress(ConnectionClosed):
            for _ in range(8):
                chat.tell("ping")
        assert chat.closing() == (4429, "flood")


@pytest.mark.req("C1")
def test_a_socket_has_a_longest_life_and_a_time_to_sign_in(portal_with, alice):
    with portal_with(chat_socket_life="PT0.2S") as portal, open_chat(alice, portal.url) as chat:
        assert chat.closing() == (4000, "reconnect")


@pytest.mark.req("C1")
def test_what_the_page_has_to_know_is_told_at_the_beginning(socket, alice):
    socket.tell("auth", token=access_token(alice))
    ready = socket.hear()

    assert ready["version"] == 1
    assert ready["limits"] == {
        "lanes": 6,
        "running_answers": 12,
        "message_characters": 200_000,
        "frame_bytes": 2_097_152,
    }


@pytest.mark.req("C1")
def test_nothing_of_a_socket_is_to_be_had_without_one(platform, visitor):
    assert visitor.get("/api/chat").status_code == 405
    assert visitor.post("/api/chat", json=HELLO).status_code == 401


def session_of(person):
    from portal.accounts.session import Session

    return Session(person_id=person.person.id, kind=person.person.kind, created_at=now())
