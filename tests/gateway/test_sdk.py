"""The official SDK, unchanged: through the door alone, and through the whole platform with a key from its page."""

import base64
import json
from collections.abc import Iterator

import httpx
import openai
import pytest
from openai import OpenAI

pytestmark = pytest.mark.req("G1")

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Grüße, 世界"}]}


@pytest.fixture
def endpoint_client(door: str, upstream_key: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=door, api_key=upstream_key, max_retries=0) as client:
        yield client


@pytest.fixture
def platform_client(visitor: httpx.Client) -> Iterator[OpenAI]:
    claim = visitor.post("/api/keys/claim", json={"accept_terms": True}).raise_for_status()
    base_url = str(visitor.base_url.join("/api/v1"))
    with OpenAI(base_url=base_url, api_key=claim.json()["key"], max_retries=0) as client:
        yield client


@pytest.fixture(params=["endpoint_client", "platform_client"])
def client(request: pytest.FixtureRequest) -> OpenAI:
    return request.getfixturevalue(request.param)


def test_chat_answers(client: OpenAI):
    answer = client.chat.completions.create(**QUESTION)

    assert "Grüße, 世界" in answer.choices[0].message.content
    assert answer.usage.total_tokens > 0


def test_chat_streams_the_same_text(client: OpenAI):
    whole = client.chat.completions.create(**QUESTION).choices[0].message.content
    stream = client.chat.completions.create(**QUESTION, stream=True, stream_options={"include_usage": True})
    chunks = list(stream)

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert chunks[-1].usage.total_tokens > 0


def test_stream_that_is_left_early_leaves_the_key_usable(client: OpenAI):
    question = {**QUESTION, "messages": [{"role": "user", "content": "Count to 20000"}]}
    with client.chat.completions.create(**question, stream=True) as stream:
        next(iter(stream))

    assert client.chat.completions.create(**QUESTION).choices[0].message.content


def test_tool_is_called(client: OpenAI):
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {"type": "function", "function": {"name": "weather", "parameters": parameters}}
    answer = client.chat.completions.create(**QUESTION, tools=[tool], tool_choice="required")
    call = answer.choices[0].message.tool_calls[0]

    assert call.function.name == "weather"
    assert "city" in json.loads(call.function.arguments)


def test_response_answers(platform_client: OpenAI):
    assert "Grüße, 世界" in platform_client.responses.create(model="sample-chat", input="Grüße, 世界").output_text


def test_response_streams_the_same_text(platform_client: OpenAI):
    with platform_client.responses.stream(model="sample-chat", input="Grüße, 世界") as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]

    assert pieces
    assert "".join(pieces) == stream.get_final_response().output_text


def test_text_completion_answers(client: OpenAI):
    assert client.completions.create(model="sample-chat", prompt="Count to 3").choices[0].text == "1 2 3"


def test_embeddings_answer(client: OpenAI):
    assert len(client.embeddings.create(model="sample-embedding", input=["a", "b"]).data) == 2


def test_audio_is_uploaded_and_transcribed(client: OpenAI):
    file = ("hello.mp3", b"\0" * 5000, "audio/mpeg")
    answer = client.audio.transcriptions.create(model="sample-transcription", file=file)

    assert "hello.mp3" in answer.text


def test_image_is_made(client: OpenAI):
    answer = client.images.generate(model="sample-image", prompt="a cat", size="64x64", response_format="b64_json")

    assert base64.b64decode(answer.data[0].b64_json).startswith(b"\x89PNG")


def test_models_are_listed_and_shown(client: OpenAI):
    names = [model.id for model in client.models.list()]

    assert "sample-chat" in names
    assert client.models.retrieve("sample-chat").id == "sample-chat"


@pytest.mark.parametrize("name", ["nobody", "org/nobody", "../key/generate", "a?b=c", "sample-chat/", "%2e%2e"])
def test_model_that_is_not_listed_does_not_exist(client: OpenAI, name: str):
    with pytest.raises(openai.NotFoundError) as refusal:
        client.models.retrieve(name)

    assert refusal.value.code == "model_not_found"
    assert refusal.value.request_id


@pytest.mark.parametrize("stream", [True, False])
def test_unknown_model_is_not_found(client: OpenAI, *, stream: bool):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(**{**QUESTION, "model": "nobody"}, stream=stream)


def test_key_that_is_not_known_is_refused(client: OpenAI):
    with pytest.raises(openai.AuthenticationError) as refusal:
        client.with_options(api_key="sk-wrong").chat.completions.create(**QUESTION)

    assert refusal.value.code == "invalid_api_key"
