"""Every call of an endpoint is a row with its tokens, whether or not the client asked for them, or stayed."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from model_endpoint import DONE, JSON, Script
from routing_catalogue import PRICES
from travellers import MODEL, Traveller, events, is_express, rows
from waiting import wait_until

pytestmark = pytest.mark.req("G13")

TOLD = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
CHAT, TEXT = "chat/completions", "completions"
WORDS = ("Grüße", " aus", " dem", " Endpoint", ".")
# Something that makes a chat go all of LiteLLM's way.
SLOW = {"n": 1}
WAYS = [(CHAT, {}), (CHAT, SLOW), (TEXT, {})]


def model_that_tells(when: str, *, leaves_off: bool = False) -> Callable[[str, dict[str, Any]], Script]:
    """`when`: `always`, if `asked`, or `never`."""

    def script(path: str, body: dict[str, Any]) -> Script:
        is_chat = path.endswith(CHAT)
        is_told = when == "always" or (when == "asked" and wants_usage(body))
        head = {"id": uuid.uuid4().hex, "created": 1, "model": "m"}
        if not body.get("stream"):
            text = "".join(WORDS)
            said = {"message": {"role": "assistant", "content": text}} if is_chat else {"text": text}
            answer = {**head, "object": "chat.completion" if is_chat else "text_completion"}
            answer["choices"] = [{"index": 0, "finish_reason": "stop", **said}]
            return Script([json.dumps(answer | ({"usage": TOLD} if when != "never" else {})).encode()], JSON)
        head["object"] = "chat.completion.chunk" if is_chat else "text_completion"
        said = [{"delta": {"content": word}} if is_chat else {"text": word} for word in WORDS]
        chunks = [{**head, "choices": [{"index": 0, "finish_reason": None, **one}]} for one in said]
        if leaves_off:
            return Script([event(chunk) for chunk in chunks], pause=0.05, stays=True)
        end = {"index": 0, "finish_reason": "stop", **({"delta": {}} if is_chat else {"text": ""})}
        chunks.append({**head, "choices": [end]})
        if is_told:
            chunks.append({**head, "choices": [], "usage": TOLD})
        return Script([*map(event, chunks), DONE], pause=0.01)

    return script


def wants_usage(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))


def event(content: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def body_for(route: str, **fields: object) -> dict[str, object]:
    said = {"messages": [{"role": "user", "content": "Hello"}]} if route == CHAT else {"prompt": "Hello"}
    return {"model": MODEL, **said, **fields}


def counted(platform, one: Traveller) -> list[tuple[int, int, float]]:
    """But for those of the requests that made the traveller known."""
    return [row for row in rows(platform, one, "prompt_tokens, completion_tokens, spend") if row[:2] != (1, 1)]


def cost(tokens_in: int, tokens_out: int) -> float:
    return tokens_in * PRICES["input_cost_per_token"] + tokens_out * PRICES["output_cost_per_token"]


@pytest.fixture
def one(both, traveller) -> Traveller:
    """Somebody whose plain chats take the short way."""
    made = traveller()
    made.warm()
    return made


@pytest.mark.parametrize("when", ["always", "asked"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("route", "way"), WAYS)
@pytest.mark.parametrize("asks", [False, True])
def test_what_the_endpoint_has_counted_is_written_down(platform, both, one, route, way, stream, when, asks):
    first, _ = both
    first.script = model_that_tells(when)
    options = {"stream": True, **({"stream_options": {"include_usage": True}} if asks else {})} if stream else {}

    before = first.asked
    answers = [one.client.post(route, json=body_for(route, **way, **options)) for _ in range(3)]

    assert first.asked - before == 3
    for answer in answers:
        assert answer.status_code == 200
        assert is_express(answer) == (route == CHAT and not way)
        if stream:
            told = [chunk["usage"] for chunk in events(answer.text) if chunk.get("usage")]
            assert [{name: usage[name] for name in TOLD} for usage in told] == [TOLD] * asks
            assert all(chunk["choices"] for chunk in events(answer.text) if not chunk.get("usage"))
    wait_until(lambda: len(counted(platform, one)) == 3, seconds=10)
    assert counted(platform, one) == [(11, 7, pytest.approx(cost(11, 7)))] * 3


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("route", "way"), WAYS)
def test_what_the_endpoint_does_not_count_is_counted_here(platform, both, one, route, way, stream):
    first, _ = both
    first.script = model_that_tells("never")
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}

    answer = one.client.post(route, json=body_for(route, **way, **options))

    assert answer.status_code == 200
    chunks = events(answer.text) if stream else [answer.json()]
    (usage,) = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    assert usage["prompt_tokens"] > 0
    assert 2 < usage["completion_tokens"] < 20
    wait_until(lambda: counted(platform, one), seconds=10)
    ((tokens_in, tokens_out, spend),) = counted(platform, one)
    assert (tokens_in, tokens_out) == (usage["prompt_tokens"], usage["completion_tokens"])
    assert spend == pytest.approx(cost(tokens_in, tokens_out))


@pytest.mark.parametrize(("route", "way"), WAYS)
def test_a_client_that_leaves_pays_for_what_was_said(platform, both, one, route, way):
    first, _ = both
    first.script = model_that_tells("asked", leaves_off=True)

    with one.client.stream("POST", route, json=body_for(route, **way, stream=True)) as answer:
        assert any(b"Endpoint" in part for part in answer.iter_raw())
    one.client.close()

    assert first.left.wait(30)
    wait_until(lambda: counted(platform, one), seconds=10)
    ((tokens_in, tokens_out, spend),) = counted(platform, one)
    assert tokens_in > 0
    assert 2 < tokens_out < 20
    assert spend == pytest.approx(cost(tokens_in, tokens_out))
