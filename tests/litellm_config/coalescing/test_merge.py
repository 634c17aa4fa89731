"""Whatever the chunks and the windows, a client ends up with the same message."""

import json
from collections import defaultdict

import orjson
from hypothesis import given
from hypothesis import strategies as st

from litellm_config.coalescing.events import EventSplitter
from litellm_config.coalescing.merge import merge, read_addition

FRAME = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
ENDS = st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r"])
TEXT = st.text(min_size=1, max_size=6)


def chunk(delta: dict, *, index: int = 0, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({**FRAME, **more, "choices": [choice]}, ensure_ascii=False).encode()


TOOL = {"tool_calls": [{"index": 0, "function": {"arguments": '{"a'}}]}
additions = st.one_of(
    st.builds(lambda text: chunk({"content": text}), TEXT),
    st.builds(lambda text: chunk({"reasoning_content": text}), TEXT),
    st.builds(lambda text, second: chunk({"content": text}, created=second), TEXT, st.integers(1, 3)),
)
others = st.sampled_from(
    [
        chunk({"role": "assistant", "content": ""}),
        chunk({"role": "assistant", "content": "both"}),
        chunk({"content": "end"}, finish="stop"),
        chunk({}, finish="length"),
        chunk(TOOL),
        chunk({"content": "with usage"}, usage={"total_tokens": 3}),
        chunk({"content": "elsewhere"}, model="other"),
        chunk({"content": "second choice"}, index=1),
        chunk({"content": "unknown", "annotations": []}),
        chunk({"content": "odd"}, vendor={"x": 1}),
        b"data: [DONE]",
        b": keep-alive",
        b"event: error\ndata: {}",
        b'data: {"choices": [',
        b'data: {"choices": [],\ndata: "usage": {}}',
        b'data: {"error": {"message": "no"}}',
        b"data: []",
        b"retry: 3000",
        b"",
    ]
)
streams = st.lists(st.tuples(st.one_of(additions, additions, others), ENDS), max_size=30).map(
    lambda events: [body + end for body, end in events]
)


def texts_of(events: list[bytes]) -> dict:
    """The message that a client would put together, by choice and field."""
    said = defaultdict(str)
    for event in events:
        addition = read_addition(event)
        if addition:
            said[addition.event["choices"][0]["index"], addition.name, addition.event["model"]] += addition.text
    return said


@given(streams, st.data())
def test_any_split_and_any_window_gives_the_same_text(events: list[bytes], data: st.DataObject):
    whole = b"".join(events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
    splitter, windows = EventSplitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        windows.append(splitter.feed(whole[start:end]))

    found = [event for window in windows for event in window]
    assert b"".join(found) + splitter.rest == whole
    merged = [event for window in windows for event in merge(window)]
    assert texts_of(merged) == texts_of(found)


@given(streams)
def test_what_is_no_addition_stays_as_it_is_and_in_its_place(events: list[bytes]):
    merged = list(merge(events))

    def outline(of: list[bytes]) -> list[bytes | str]:
        """Runs of additions count as one."""
        seen: list[bytes | str] = []
        for event in of:
            mark = "text" if read_addition(event) else event
            if mark != "text" or seen[-1:] != ["text"]:
                seen.append(mark)
        return seen

    assert outline(merged) == outline(events)


@given(streams)
def test_text_stays_before_and_after_what_it_was_before_and_after(events: list[bytes]):
    def in_order(of: list[bytes]) -> list:
        """Every letter and every other event, one after the other."""
        seen: list = []
        for event in of:
            addition = read_addition(event)
            seen += [(addition.name, letter) for letter in addition.text] if addition else [event]
        return seen

    assert in_order(list(merge(events))) == in_order(events)


def test_run_of_additions_becomes_one_event():
    events = [chunk({"content": text}) + b"\n\n" for text in ("Gr", "ü", "ße, ", "世界")]

    (event,) = merge(events)

    assert orjson.loads(event[6:])["choices"][0]["delta"] == {"content": "Grüße, 世界"}
    assert {**orjson.loads(event[6:]), "choices": []} == {**FRAME, "choices": []}


def test_single_addition_is_not_written_anew():
    event = b'data: {"choices":[{"delta":{"content":"x" } ,"index":0}]}\r\n\r\n'

    assert list(merge([event])) == [event]
