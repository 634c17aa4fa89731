import base64
import io
import math
import struct
import wave
import zlib

import openai
import pytest
from openai import OpenAI

pytestmark = pytest.mark.req("G9")


def spoken(seconds: float) -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * int(16000 * seconds))
    return sound.getvalue()


def test_models_are_listed_and_shown_one_by_one(client: OpenAI):
    names = {model.id for model in client.models.list()}

    assert names == {"sample-chat", "sample-reasoning", "sample-embedding", "sample-transcription", "sample-image"}
    assert client.models.retrieve("sample-chat").owned_by == "sample"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")


def test_embeddings_are_unit_vectors_that_know_shared_words(client: OpenAI):
    texts = ["the cat sleeps", "the cat eats", "quarterly revenue"]
    answer = client.embeddings.create(model="sample-embedding", input=texts, encoding_format="float")

    cat, other_cat, money = (item.embedding for item in answer.data)
    assert len(cat) == 256
    assert math.isclose(math.hypot(*cat), 1, rel_tol=1e-6)
    assert sum(map(float.__mul__, cat, other_cat)) > sum(map(float.__mul__, cat, money)) + 0.3
    assert answer.usage.prompt_tokens > 0


def test_embedding_as_base64_is_the_same_vector(client: OpenAI):
    """The SDK asks for base64 by itself when no format is named."""
    packed = client.embeddings.create(model="sample-embedding", input="cat", dimensions=8).data[0].embedding
    plain = client.embeddings.create(model="sample-embedding", input="cat", dimensions=8, encoding_format="float")

    assert packed == pytest.approx(plain.data[0].embedding, abs=1e-6)


@pytest.mark.parametrize("text", ["", [], ["a", ""]])
def test_nothing_to_embed_is_refused(client: OpenAI, text):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="sample-embedding", input=text)


def test_transcript_says_what_arrived(client: OpenAI):
    sound = spoken(1.5)
    answer = client.audio.transcriptions.create(model="sample-transcription", file=("hello.wav", sound, "audio/wav"))

    assert (
        answer.text == f"This is a sample transcript: I received hello.wav, audio/wav, {len(sound)} bytes, 1.5 seconds."
    )


def test_transcript_as_text_and_in_detail(client: OpenAI):
    file = ("hello.mp3", b"not a wave", "audio/mpeg")
    text = client.audio.transcriptions.create(model="sample-transcription", file=file, response_format="text")
    detail = client.audio.transcriptions.create(
        model="sample-transcription", file=("a.wav", spoken(2), "audio/wav"), response_format="verbose_json"
    )

    assert "of unknown length" in text
    assert detail.duration == 2
    assert detail.segments[0].text == detail.text


@pytest.mark.parametrize("wish", [{"model": "nobody"}, {"response_format": "srt"}])
def test_transcription_that_cannot_be_made_is_refused(client: OpenAI, wish):
    with pytest.raises(openai.APIStatusError) as refusal:
        client.audio.transcriptions.create(**{"model": "sample-transcription", "file": ("a.wav", b"x"), **wish})

    assert refusal.value.status_code in {400, 404}


def test_image_is_a_png_of_the_size_asked_for(client: OpenAI):
    answer = client.images.generate(model="sample-image", prompt="a cat", size="64x32", n=2)

    first, second = (base64.b64decode(image.b64_json) for image in answer.data)
    assert first.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", first[16:24]) == (64, 32)
    pixels = zlib.decompress(first[first.index(b"IDAT") + 4 : first.index(b"IEND") - 8])
    assert len(pixels) == 32 * (1 + 64 * 3)
    assert first != second


def test_image_comes_as_a_link_that_needs_no_server(client: OpenAI):
    answer = client.images.generate(model="sample-image", prompt="a cat", size="64x64", response_format="url")

    assert answer.data[0].url.startswith("data:image/png;base64,")


@pytest.mark.parametrize("size", ["huge", "0x64", "64x9999"])
def test_image_of_impossible_size_is_refused(client: OpenAI, size: str):
    with pytest.raises(openai.BadRequestError):
        client.images.generate(model="sample-image", prompt="a cat", size=size)
