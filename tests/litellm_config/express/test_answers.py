"""What endpoints say that are not quite what OpenAI's would be."""

import os

# Read by LiteLLM while it is imported; else it would ask the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import httpx
import orjson
import pytest

from litellm_config.express.answers import put_chunk, put_whole, says_something, usage_of
from litellm_config.express.endpoint_call import EndpointFailed, read_chunk, read_whole

COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def chunk(delta, **fields):
    return {"model": "m", "choices": [{"index": 0, "delta": delta, **fields}]}


def test_thoughts_have_one_name():
    for message in ({"reasoning": "Hm", "content": "Hi"}, {"content": "<think>Hm</think>Hi"}):
        put = put_whole({"choices": [{"message": message}]}, "asked")
        assert put["model"] == "asked"
        assert put["choices"][0]["message"] == {"reasoning_content": "Hm", "content": "Hi"}
    put = put_chunk(chunk({"reasoning": "Hm"}), "asked", with_usage=False)
    assert put["choices"][0]["delta"] == {"reasoning_content": "Hm"}


def test_usage_is_passed_on_to_who_asked_for_it():
    for is_asked in (True, False):
        put = put_chunk({**chunk({}), "usage": COUNTS}, "asked", with_usage=is_asked)
        assert ("usage" in put) == is_asked


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (COUNTS, COUNTS),
        (
            COUNTS | {"prompt_tokens_details": {"cached_tokens": 1}},
            COUNTS | {"prompt_tokens_details": {"cached_tokens": 1}},
        ),
        (COUNTS | {"prompt_tokens_details": {"cached_tokens": "x"}}, COUNTS),
        ({"prompt_tokens": 1}, None),
        (COUNTS | {"completion_tokens": -2}, None),
        (COUNTS | {"completion_tokens": "2"}, None),
        (None, None),
        ("free", None),
    ],
)
def test_usage_that_is_none_is_not_believed(told, usage):
    assert usage_of({"usage": told}) == usage


@pytest.mark.parametrize(
    ("delta", "fields", "says"),
    [
        ({"role": "assistant", "content": ""}, {}, False),
        ({"content": "Hi"}, {}, True),
        ({"tool_calls": [{"index": 0}]}, {}, True),
        ({}, {"finish_reason": "stop"}, True),
    ],
)
def test_an_endpoint_has_answered_when_the_model_has_said_something(delta, fields, says):
    assert says_something(chunk(delta, **fields)) == says


@pytest.mark.parametrize("event", [b": keep-alive\n\n", b"data: [DONE]\n\n", b"event: ping\n\n"])
def test_what_is_no_chunk_is_passed_over(event):
    assert read_chunk(event) is None


@pytest.mark.parametrize(
    "event", [b"data: {\n\n", b'data: {"error": {}}\n\n', b'data: {"choices": [{}]}\n\n', b"data: []\n\n"]
)
def test_what_should_be_a_chunk_and_is_none_is_a_failure(event):
    with pytest.raises(EndpointFailed):
        read_chunk(event)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"{}", b'{"choices": []}', b'{"choices": [{"message": "Hi"}]}', b'{"choices": 5}']
)
async def test_what_should_be_an_answer_and_is_none_is_a_failure(body):
    with pytest.raises(EndpointFailed):
        await read_whole(httpx.Response(200, content=body))
    whole = {"choices": [{"message": {"content": "Hi"}}]}
    assert await read_whole(httpx.Response(200, content=orjson.dumps(whole))) == whole
