"""The official SDK through the door; another upstream, such as LiteLLM, is a matter of the fixtures alone."""

import base64

import openai
import pytest
from openai import OpenAI

pytestmark = pytest.mark.req("G1")

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Grüße, 世界"}]}


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


def test_key_that_is_not_known_is_refused(door: str):
    with (
        OpenAI(base_url=door, api_key="sk-wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as refusal,
    ):
        client.chat.completions.create(**QUESTION)

    assert refusal.value.code == "invalid_api_key"
