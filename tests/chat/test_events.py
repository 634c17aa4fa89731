"""The same turns as server-sent events, for clients without sockets."""

import json

import httpx
import pytest
from chat_client import access_token, text_of


def frame(content, model="chat-fast", **fields):
    return {"type": "send", "content": content, "lanes": [{"lane": 0, "model": model}], **fields}


def frames_of(answer):
    return [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line]


@pytest.mark.req("C1")
def test_a_turn_is_streamed_as_events_to_a_program_with_a_token(platform, alice):
    headers = {"authorization": f"Bearer {access_token(alice)}"}
    with (
        httpx.Client(base_url=platform.portal_url, headers=headers, timeout=60) as program,
        program.stream("POST", "/api/chat", json=frame("count to 20")) as answer,
    ):
        turn, _, *rest = frames_of(answer)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert turn["type"] == "turn"
    assert rest[-1]["type"] == "done"
    assert text_of(rest) == rest[-1]["message"]["content"] == " ".join(map(str, range(1, 21)))


@pytest.mark.req("C1")
def test_such_a_turn_is_stopped_by_a_request(alice, bob):
    with alice.client.stream("POST", "/api/chat", json=frame("count to 1000", "chat-slow")) as answer:
        lines = (line for line in answer.iter_lines() if line)
        turn = json.loads(next(lines).removeprefix("data: "))
        path = f"/api/chat/turns/{turn['id']}/stop"
        assert bob.client.post(path).status_code == 404
        assert alice.client.post(path, json={"lane": 0}).status_code == 204
        last = json.loads(list(lines)[-1].removeprefix("data: "))

    assert last["message"]["state"] == "stopped"


@pytest.mark.req("C1")
def test_what_cannot_be_asked_is_a_problem(alice):
    missing = alice.client.post("/api/chat", json=frame("Hello", conversation="00000000-0000-4000-8000-000000000000"))
    unknown = alice.client.post("/api/chat", json=frame("Hello", "chat-never-was"))
    elsewhere = alice.client.post("/api/chat", json=frame("Hello"), headers={"origin": "https://elsewhere.example"})

    assert (missing.status_code, missing.json()["code"]) == (404, "conversation_not_found")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_model")
    assert elsewhere.status_code == 403
