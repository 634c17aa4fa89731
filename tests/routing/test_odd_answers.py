"""Odd answers of endpoints come out the same in the first request of a key and in the tenth."""

import gzip
import json
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from model_endpoint import DONE, JSON, Script
from routing_catalogue import PRICES
from travellers import MODEL, Traveller, events, is_express, rows, said, words
from waiting import wait_until

pytestmark = pytest.mark.req("G13")

CHAT, TEXT = "chat/completions", "completions"
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
COST = 11 * PRICES["input_cost_per_token"] + 7 * PRICES["output_cost_per_token"]
CLAIM = {"cost": 99.5, "cost_details": {"upstream_inference_cost": None}, "estimated_cost": 99.5}
PRICE_HEADER = (b"x-litellm-response-cost", b"99.5")
SAID = "Hello wörld 🚀 end."
PIECES = ("Hel", "lo ", "wör", "ld 🚀", " end.")
WAYS: list[tuple[str, dict[str, Any]]] = [(CHAT, {}), (CHAT, {"n": 1}), (TEXT, {})]
ASKS = {"stream": True, "stream_options": {"include_usage": True}}


def body_for(route: str, **fields: object) -> dict[str, object]:
    asked = {"messages": [{"role": "user", "content": "Hello"}]} if route == CHAT else {"prompt": "Hello"}
    return {"model": MODEL, **asked, **fields}


def event(content: dict[str, Any], end: str = "\n\n") -> bytes:
    return f"data: {json.dumps(content)}{end}".encode()


def chunks(route: str, *, last_delta: object = None, usage: object = None, choices: object = None) -> list[dict]:
    """Of a whole stream; `last_delta` says why it ends, `choices` are those of the chunk with the usage."""
    head = {"id": uuid.uuid4().hex, "created": 1, "model": "upstream-name"}
    head["object"] = "chat.completion.chunk" if route == CHAT else "text_completion"
    parts = [{"delta": {"content": piece}} if route == CHAT else {"text": piece} for piece in PIECES]
    all_chunks = [{**head, "choices": [{"index": 0, "finish_reason": None, **part}]} for part in parts]
    last = {"delta": last_delta} if route == CHAT else {"text": ""}
    all_chunks.append({**head, "choices": [{"index": 0, "finish_reason": "stop", **last}]})
    listed = {} if choices is None else {"choices": choices}
    return [*all_chunks, {**head, **listed, "usage": usage or USAGE}]


def whole(route: str, usage: object = None) -> bytes:
    choice = {"message": {"role": "assistant", "content": SAID}} if route == CHAT else {"text": SAID}
    answer = {"id": uuid.uuid4().hex, "object": "chat.completion", "created": 1, "model": "upstream-name"}
    answer["choices"] = [{"index": 0, "finish_reason": "stop", **choice}]
    return json.dumps({**answer, "usage": usage or USAGE}).encode()


def read(text: str) -> tuple[str, list[str], list[dict]]:
    """What was said, why it ended, and the usage that was told."""
    found = events(text)
    choices = [choice for one in found for choice in one.get("choices", ())]
    told = "".join(choice.get("text") or (choice.get("delta") or {}).get("content") or "" for choice in choices)
    ends = [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    return told, ends, [{name: one["usage"][name] for name in USAGE} for one in found if one.get("usage")]


@pytest.fixture
def one(both, traveller) -> Traveller:
    """Somebody who may ask one thing at a time, and whose plain chats take the short way."""
    made = traveller(max_parallel_requests=1)
    made.warm()
    return made


def post(one: Traveller, route: str, **fields: object):
    """LiteLLM gives the place of a request back when it has written it down."""
    answers = []

    def has_place() -> bool:
        answers.append(one.client.post(route, json=body_for(route, **fields)))
        return answers[-1].status_code != 429

    wait_until(has_place, seconds=10)
    return answers[-1]


def rows_of_odd(platform, one: Traveller) -> list[tuple]:
    written = rows(platform, one, "prompt_tokens, completion_tokens, spend")
    return [row for row in written if row[:2] not in {(0, 0), (1, 1)}]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("route", "way"), WAYS)
def test_the_price_is_the_catalogues(platform, both, one, route, way, stream, encoding):
    first, _ = both
    usage = USAGE | CLAIM
    parts = [event(chunk) for chunk in chunks(route, last_delta={}, usage=usage, choices=[])] + [DONE]
    body = b"".join(parts) if stream else whole(route, usage)
    if encoding == "gzip":
        body = gzip.compress(body)
    headers = [PRICE_HEADER, (b"content-encoding", encoding.encode())]
    first.script = lambda *_: Script([body], "text/event-stream" if stream else JSON, headers=headers)

    answer = post(one, route, **way, **(ASKS if stream else {}))

    assert answer.status_code == 200
    assert is_express(answer) == (route == CHAT and not way)
    assert "99.5" not in answer.text
    assert "upstream_inference_cost" not in answer.text
    wait_until(lambda: rows_of_odd(platform, one), seconds=10)
    assert rows_of_odd(platform, one) == [(11, 7, pytest.approx(COST))]


ENDINGS = {
    "delta null": {"last_delta": None, "choices": []},
    "no choices": {"last_delta": {}},
}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("asks", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_stream_has_its_end_on_either_way(both, traveller, ending, asks, together):
    first, _ = both
    one = traveller()
    one.warm()
    parts = [event(chunk) for chunk in chunks(CHAT, **ENDINGS[ending])] + [DONE]
    first.script = lambda *_: Script([b"".join(parts)] if together else parts)
    options = ASKS if asks else {"stream": True}

    slow, fast = (post(one, CHAT, **way, **options) for way in ({"n": 1}, {}))

    assert (is_express(slow), is_express(fast)) == (False, True)
    assert read(slow.text) == read(fast.text) == (SAID, ["stop"], [USAGE] * asks)
    assert fast.text.endswith("data: [DONE]\n\n")


def single_newlines(route: str) -> Sequence[bytes]:
    return [event(chunk, "\n") for chunk in chunks(route, last_delta={}, choices=[])]


ODD_STREAMS = {
    "one piece of JSON": lambda route: Script([whole(route)], JSON),
    "JSON in pieces": lambda route: Script([b" ", whole(route)], JSON),
    "one newline": lambda route: Script([*single_newlines(route), b"data: [DONE]\n"], pause=0.01),
    "one newline, in one piece": lambda route: Script([b"".join([*single_newlines(route), b"data: [DONE]\n"])]),
    "one newline, no end": lambda route: Script(single_newlines(route)),
    "under another name": lambda route: Script(
        [*[event(chunk) for chunk in chunks(route, last_delta={}, choices=[])], DONE], "text/plain"
    ),
}


@pytest.mark.parametrize("odd", ODD_STREAMS)
@pytest.mark.parametrize(("route", "way"), WAYS)
def test_what_is_no_proper_stream_becomes_one(platform, both, one, route, way, odd):
    first, second = both
    first.script = lambda *_: ODD_STREAMS[odd](route)
    before = second.asked

    for _ in range(3):
        answer = post(one, route, **way, **ASKS)

        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
        assert is_express(answer) == (route == CHAT and not way)
        assert read(answer.text) == (SAID, ["stop"], [USAGE])
        assert answer.text.endswith("data: [DONE]\n\n")
    assert second.asked == before
    wait_until(lambda: len(rows_of_odd(platform, one)) == 3, seconds=10)
    assert {row[:2] for row in rows_of_odd(platform, one)} == {(11, 7)}


NO_ANSWERS = {
    "204": Script([], JSON, 204),
    "202": Script([b"{}"], JSON, 202),
    "an error that is called a success": Script([b'{"error": {"message": "no", "type": "x"}}'], JSON),
    "a comment and the end": Script([b": ping\n\n", DONE]),
    "a comment and the end at once": Script([b": ping\n\n" + DONE]),
}


@pytest.mark.parametrize("odd", NO_ANSWERS)
@pytest.mark.parametrize(("route", "way"), WAYS[:2])
def test_what_is_no_answer_is_left_to_the_next_endpoint(both, one, route, way, odd):
    first, second = both
    first.script = lambda *_: NO_ANSWERS[odd]

    with one.client.stream("POST", route, json=body_for(route, **way, stream=True)) as answer:
        answer.read()

    assert answer.status_code == 200
    assert words(answer.text) == "second"
    assert second.asked
    first.script = None
    wait_until(lambda: one.ask().status_code == 200, seconds=10)


@pytest.mark.parametrize("odd", NO_ANSWERS)
@pytest.mark.parametrize(("route", "way"), WAYS)
def test_where_nobody_answers_that_is_said_and_the_place_is_free_again(both, one, route, way, odd):
    for endpoint in both:
        endpoint.script = lambda *_: NO_ANSWERS[odd]

    answer = post(one, route, **way, stream=True)

    assert answer.status_code >= 400 or "error" in events(answer.text)[-1]
    assert "[DONE]" not in answer.text
    for endpoint in both:
        endpoint.script = None
    wait_until(lambda: one.ask().status_code == 200, seconds=10)


@pytest.mark.parametrize("way", [{}, {"n": 1}])
def test_204_is_no_answer_in_one_piece_either(both, one, way):
    first, second = both
    first.script = lambda *_: NO_ANSWERS["204"]

    assert said(one.ask(**way)) == "second"
    assert second.asked
