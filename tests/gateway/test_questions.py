"""Whatever is sent, the answer is one that a program can read, and never "something went wrong on our side"."""

import json

import httpx
import openai
import pytest
from openai import OpenAI

from portal.gateway.litellm_fields import MEANT_FOR_PEOPLE, is_litellms

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}]}


def nested(depth: int) -> bytes:
    return b'{"model": "sample-chat", "messages": ' + b"[" * depth + b"]" * depth + b"}"


NO_JSON = {
    "nothing": b"",
    "blank": b"  ",
    "cut": b'{"model": "sample-chat"',
    "endless": b"[" * 50_000,
    "deep": nested(40_000),
    "not a number": b'{"model": "sample-chat", "temperature": NaN}',
    "infinite": b'{"model": "sample-chat", "temperature": Infinity}',
    "too large a number": b'{"model": "sample-chat", "seed": 1e999}',
    "not UTF-8": b'{"model": "sample-chat", "user": "\xff\xfe"}',
    "half a character": b'{"model": "sample-chat", "user": "\\ud800"}',
    "UTF-16": json.dumps(QUESTION).encode("utf-16"),
    "compressed": b"\x1f\x8b\x08\x00",
    "a form": b"model=sample-chat&messages=hi",
    "a list": b"[]",
    "a number": b"7",
    "a text": b'"hi"',
    "null": b"null",
}


@pytest.mark.req("G10")
@pytest.mark.parametrize("kind", NO_JSON)
def test_body_that_is_no_json_object_is_refused_and_goes_no_further(
    recorder, recorder_door, http: httpx.Client, kind: str
):
    recorder.heads.clear()

    answer = http.post(f"{recorder_door}/chat/completions", content=NO_JSON[kind])

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")
    assert answer.headers["x-request-id"]
    assert recorder.heads == []


WRONG_KINDS = [
    ("chat/completions", "model", 5),
    ("chat/completions", "messages", "hi"),
    ("chat/completions", "messages[]", [1]),
    ("chat/completions", "messages[]", [None]),
    ("chat/completions", "messages[].content", [{"role": "user", "content": 5}]),
    ("chat/completions", "tools", "x"),
    ("chat/completions", "tools[]", [1]),
    ("chat/completions", "tool_choice", 5),
    ("chat/completions", "response_format", "json"),
    ("chat/completions", "stream", "yes"),
    ("chat/completions", "stop", 5),
    ("chat/completions", "temperature", "hot"),
    ("chat/completions", "max_tokens", "many"),
    ("chat/completions", "web_search_options", 5),
    ("chat/completions", "cache", "yes"),
    ("chat/completions", "metadata", [1]),
    ("completions", "prompt", {"a": 1}),
    ("completions", "prompt[]", [None]),
    ("embeddings", "input", 5),
    ("embeddings", "input[]", [None]),
    ("embeddings", "dimensions", "few"),
    ("responses", "input", 5),
    ("responses", "tools", 5),
    ("images/generations", "prompt", ["a cat"]),
    ("images/generations", "size", 5),
]


@pytest.mark.req("G10")
@pytest.mark.parametrize(("route", "name", "value"), WRONG_KINDS)
def test_field_of_the_wrong_kind_is_named(recorder, recorder_door, http: httpx.Client, route: str, name: str, value):
    recorder.heads.clear()
    field = name.split("[", 1)[0]

    answer = http.post(f"{recorder_door}/{route}", json={field: value})

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_type", name)
    assert error["message"].startswith(f"`{name}` must be ")
    assert recorder.heads == []


JSON_ROUTES = ("chat/completions", "completions", "embeddings", "images/generations", "responses")
NO_MODELS = [
    "nothing-a,nothing-b",
    "org/name,nothing-b",
    "org/name,org/name",
    " org/name",
    "org/name ",
    "ORG/NAME",
    "",
    None,
]


@pytest.mark.req("G1")
@pytest.mark.parametrize("route", JSON_ROUTES)
def test_model_is_one_of_the_catalogue_and_exactly_that(recorder, door_to, http: httpx.Client, route: str):
    url = f"{door_to(recorder.url, has_model={'org/name'}.__contains__)}/{route}"
    recorder.heads.clear()

    refused = [http.post(url, json={"model": model}) for model in NO_MODELS] + [http.post(url, json={})]

    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in refused} == {(404, "model_not_found")}
    assert {answer.json()["error"]["param"] for answer in refused} == {"model"}
    assert recorder.heads == []
    assert http.post(url, json={"model": "org/name"}).status_code == 200


@pytest.mark.req("G1")
@pytest.mark.parametrize("route", JSON_ROUTES)
def test_several_names_at_once_are_no_model(platform, admin: httpx.Client, route: str):
    key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
    body = {"model": "nothing-a,nothing-b", "messages": QUESTION["messages"], "input": "Hi", "prompt": "Hi"}

    url = f"{platform.portal_url}/api/v1/{route}"
    answer = httpx.post(url, headers={"authorization": f"Bearer {key}"}, json=body, timeout=60)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.req("G10")
def test_platform_never_takes_the_blame_for_a_question(platform, admin: httpx.Client):
    """Past the door LiteLLM and the endpoint see these."""
    key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
    odd = [
        {"n": 0},
        {"max_tokens": 10**400},
        {"tools": [{}]},
        {"tools": []},
        {"response_format": {}},
        {"messages": []},
        {"messages": [{}]},
        {"messages": [{"role": "boss", "content": "Hi"}]},
        {"messages": [{"role": "user", "content": [1]}]},
        {"messages": [{"role": "user", "content": "a\0b"}]},
        {"model": ""},
        {"model": "a\0b"},
        {"model": None},
        {"stream": True, "stream_options": {"include_usage": "x"}},
        {"user": "a\0b"},
        {"metadata": {"tags": 5}},
        {"timeout": "x", "self": 1, "prompt_id": 5, "rpm": "x", "specific_deployment": True, "mock_response": "x"},
    ]
    statuses = {}
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{platform.portal_url}/api/v1", headers=headers, timeout=60) as client:
        for change in odd:
            answer = client.post("/chat/completions", content=json.dumps({**QUESTION, **change}))
            statuses[str(change)[:60]] = answer.status_code
            if not answer.is_success:
                assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
                assert answer.json()["error"]["message"]

    assert {text: status for text, status in statuses.items() if status not in {200, 400, 404}} == {}


PRIVATE = {
    "api_base": "http://127.0.0.1:1",
    "mock_response": "invented",
    "input_cost_per_token": 0,
    "no-log": True,
    "num_retries": 100,
    "fallbacks": ["sample-reasoning"],
    "timeout": 0.001,
    "litellm_metadata": {"tags": ["a"]},
    "user_config": {},
    "extra_headers": {"authorization": "Bearer other"},
}


@pytest.mark.req("G1")
def test_fields_by_which_litellm_is_configured_never_reach_it(recorder, recorder_door, http: httpx.Client):
    unknown = {"top_k": 5, "chat_template_kwargs": {"thinking": False}, "cache": {"use-cache": True}}

    http.post(f"{recorder_door}/chat/completions", json=QUESTION | PRIVATE | unknown)

    assert json.loads(recorder.bodies[-1]) == QUESTION | unknown


@pytest.mark.req("G1")
def test_body_without_such_fields_passes_byte_for_byte(recorder, recorder_door, http: httpx.Client):
    body = json.dumps(QUESTION | {"model": "a", "seed": 1.50}, indent=3).encode()

    http.post(f"{recorder_door}/chat/completions", content=body)

    assert recorder.bodies[-1] == body


@pytest.mark.req("G1")
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_json_is_json_whatever_a_client_calls_it(recorder, recorder_door, http: httpx.Client, kind: str | None):
    """curl calls everything a form."""
    headers = {"content-type": kind} if kind else {}

    http.post(f"{recorder_door}/chat/completions", content=json.dumps(QUESTION), headers=headers)

    assert b"\r\ncontent-type: application/json\r\n" in recorder.heads[-1]


@pytest.mark.req("G10")
def test_transcription_asks_for_a_form(recorder, recorder_door, http: httpx.Client):
    recorder.heads.clear()

    answer = http.post(f"{recorder_door}/audio/transcriptions", json={"model": "sample-transcription"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "multipart/form-data" in answer.json()["error"]["message"]
    assert recorder.heads == []


FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\nfoo\r\n--x--"),
    "another boundary": ("multipart/form-data; boundary=y", b"--x\r\n\r\nfoo\r\n--x--"),
    "cut": (
        "multipart/form-data; boundary=y",
        b'--y\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nfoo',
    ),
    "empty": ("multipart/form-data; boundary=y", b""),
}


@pytest.mark.req("G10")
@pytest.mark.parametrize("kind", FORMS)
def test_form_that_can_not_be_read_is_a_bad_request(platform, admin: httpx.Client, kind: str):
    key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
    content_type, body = FORMS[kind]
    headers = {"authorization": f"Bearer {key}", "content-type": content_type}

    url = f"{platform.portal_url}/api/v1/audio/transcriptions"
    answer = httpx.post(url, headers=headers, content=body, timeout=30)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.req("G10")
def test_sdk_raises_what_a_wrong_field_means(recorder_door, upstream_key: str):
    client = OpenAI(base_url=recorder_door, api_key=upstream_key, max_retries=0)
    with client, pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(**QUESTION, temperature="hot")

    assert (error.value.code, error.value.param) == ("invalid_type", "temperature")


def test_list_of_fields_is_that_of_this_litellm(all_litellm_fields: set[str]):
    """After an upgrade each new one is looked at: is it LiteLLM's own, or one that people may send?"""
    assert {name for name in all_litellm_fields if not is_litellms(name)} == MEANT_FOR_PEOPLE
