import json

import pytest

from litellm_config.express.question import most_tokens, read_question, sent_to, wants_usage

USER = {"role": "user", "content": "Hello"}
PLAIN = {"model": "m", "messages": [USER]}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"temperature": 0.5, "top_p": 1, "seed": 3, "stop": "x", "max_tokens": 5},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto"},
        {"messages": [USER, {"role": "assistant", "content": "Hi", "name": "a"}]},
        {"cache": {"use-cache": True}},
        {"cache": {}},
    ],
)
def test_plain_chats_are_read(fields):
    assert read_question(json.dumps(PLAIN | fields).encode()) == PLAIN | fields


def test_what_is_null_in_a_message_is_left_out():
    said = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    question = read_question(json.dumps(PLAIN | {"messages": [said]}).encode())
    assert sent_to("sample", question) == {
        "model": "sample",
        "messages": [{"role": "assistant", "tool_calls": [CALL]}],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"model": None},
        {"model": 5},
        {"messages": []},
        {"messages": "Hello"},
        {"messages": ["Hello"]},
        {"messages": [{"role": "developer", "content": "Hello"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [PICTURE]},
        {"messages": [USER | {"cache_control": {"type": "ephemeral"}}]},
        {"stream": "yes"},
        {"stream_options": {"include_usage": True, "other": 1}},
        {"stream_options": True},
        {"max_tokens": "5"},
        {"max_tokens": 0},
        {"max_tokens": True},
        {"max_completion_tokens": 1.5},
        {"tools": "f"},
        {"tools": ["f"]},
        {"temperature": None},
        {"user": "somebody"},
        {"metadata": {"tags": ["a"]}},
        {"cache": {"use-cache": "yes"}},
        {"cache": {"ttl": 5}},
        {"cache": True},
        {"cache": None},
        {"n": 2},
        {"guardrails": ["a"]},
        {"mock_response": "Hello"},
        {"api_base": "http://elsewhere"},
        {"timeout": 1},
        {"top_k": 5},
    ],
    ids=str,
)
def test_all_else_is_litellms_affair(fields):
    assert read_question(json.dumps(PLAIN | fields).encode()) is None


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b'{"model": "m"}'])
def test_what_is_no_question_is_litellms_affair(body):
    assert read_question(body) is None


def test_bounds():
    assert most_tokens(PLAIN) is None
    assert most_tokens(PLAIN | {"max_tokens": 7, "max_completion_tokens": 5}) == 5
    assert wants_usage(PLAIN | {"stream_options": {"include_usage": True}})
    assert not wants_usage(PLAIN | {"stream_options": {"include_usage": False}})
