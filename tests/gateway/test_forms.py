"""A form reaches LiteLLM with OpenAI's fields alone, and only if it is one."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart.multipart import parse_options_header

from portal.gateway.errors import ApiError
from portal.gateway.form import FIELDS, MOST_FIELD_BYTES, MOST_PARTS, read_form

pytestmark = pytest.mark.req("G1", "G10")

MODEL = "org/name"
RECORDING = b"RIFF\r\n--x\r\n\x00\xff recording --x--\r\n"


def encoded(fields, files=None) -> tuple[bytes, bytes]:
    """As httpx writes forms."""
    request = httpx.Request("POST", "http://x", data=fields, files=files or {"file": ("a.wav", RECORDING, "audio/wav")})
    return request.read(), request.headers["content-type"].encode()


def fields_of(body: bytes, kind: bytes) -> dict[str, list[bytes]]:
    """The whole of each part, by its name."""
    mark = b"--" + parse_options_header(kind)[1][b"boundary"]
    first, *parts, last = (b"\r\n" + body).split(b"\r\n" + mark)
    assert (first, last) == (b"", b"--\r\n")
    found: dict[str, list[bytes]] = {}
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        name = parse_options_header(head.partition(b": ")[2].split(b"\r\n")[0])[1][b"name"].decode()
        found.setdefault(name, []).append(content)
    return found


PRIVATE = {
    "metadata": "{}",
    "api_base": "http://127.0.0.1:1",
    "mock_response": "invented",
    "tags": "a",
    "user_config": "x",
}


def test_fields_that_are_not_openais_go_no_further(recorder, door_to, http: httpx.Client):
    url = f"{door_to(recorder.url, has_model={MODEL}.__contains__)}/audio/transcriptions"
    asked = {
        "model": MODEL,
        "language": "de",
        "prompt": "Grüße\r\n🎉",
        "timestamp_granularities[]": ["word", "segment"],
    }

    answer = http.post(url, data=asked | PRIVATE, files={"file": ("a.wav", RECORDING, "audio/wav")})

    assert answer.status_code == 200
    head = recorder.heads[-1].lower()
    kind = next(line.partition(b": ")[2] for line in head.split(b"\r\n") if line.startswith(b"content-type"))
    assert fields_of(recorder.bodies[-1], kind) == {
        "model": [MODEL.encode()],
        "language": [b"de"],
        "prompt": ["Grüße\r\n🎉".encode()],
        "timestamp_granularities[]": [b"word", b"segment"],
        "file": [RECORDING],
    }
    assert b'filename="a.wav"\r\ncontent-type: audio/wav\r\n' in recorder.bodies[-1]


@pytest.mark.parametrize("model", ["nothing-a,nothing-b", f"{MODEL},{MODEL}", f"{MODEL} ", "", None])
def test_model_of_a_form_is_one_of_the_catalogue(recorder, door_to, http: httpx.Client, model: str | None):
    url = f"{door_to(recorder.url, has_model={MODEL}.__contains__)}/audio/transcriptions"
    recorder.heads.clear()

    answer = http.post(url, data={} if model is None else {"model": model}, files={"file": ("a.wav", RECORDING)})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")
    assert recorder.heads == []


@given(st.binary(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_what_is_sent_arrives(recording: bytes, prompt: str, name: str):
    asked = {"model": MODEL, "prompt": prompt.encode("utf-8", "replace").decode()}
    form = read_form(*encoded(asked, {"file": (name.encode("utf-8", "replace").decode() or "a", recording)}))

    assert form.model == MODEL
    again = read_form(form.body, form.kind)
    assert fields_of(again.body, again.kind) == {
        "model": [MODEL.encode()],
        "prompt": [asked["prompt"].encode()],
        "file": [recording],
    }


def bare(*parts: bytes, end: bytes = b"--x--\r\n") -> tuple[bytes, bytes]:
    return b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + end, b"multipart/form-data; boundary=x"


def named(name: bytes, content: bytes = b"a") -> bytes:
    return b'content-disposition: form-data; name="%b"\r\n\r\n%b' % (name, content)


A_FILE = b'content-disposition: form-data; name="file"; filename="a.wav"\r\n\r\nfoo'
BAD_FORMS = {
    "no boundary": (b"--x", b"multipart/form-data"),
    "another boundary": (bare(A_FILE)[0], b"multipart/form-data; boundary=y"),
    "nothing": (b"", b"multipart/form-data; boundary=x"),
    "cut": bare(A_FILE, end=b""),
    "no file": bare(named(b"model")),
    "a file that is a text": bare(named(b"model"), named(b"file")),
    "two files": bare(A_FILE, A_FILE),
    "two models": bare(A_FILE, named(b"model"), named(b"model")),
    "a model that is a file": bare(A_FILE, A_FILE.replace(b'"file"', b'"model"')),
    "no name": bare(A_FILE, b"content-disposition: form-data\r\n\r\na"),
    "no head": bare(A_FILE, b"\r\n\r\na"),
    "not UTF-8": bare(A_FILE, named(b"model", b"\xff")),
    "many fields": bare(A_FILE, *[named(b"other")] * MOST_PARTS),
    "a long field": bare(A_FILE, named(b"prompt", b"a" * (MOST_FIELD_BYTES + 1))),
    "a long field that is nobody's": bare(A_FILE, named(b"other", b"a" * (MOST_FIELD_BYTES + 1))),
    "a long name": bare(A_FILE, named(b"a" * 10_000)),
}


@pytest.mark.parametrize("bad", BAD_FORMS)
def test_what_is_no_form_is_refused(bad: str):
    with pytest.raises(ApiError) as refusal:
        read_form(*BAD_FORMS[bad])

    assert (refusal.value.status, refusal.value.code) == (400, "invalid_request")


def test_every_field_of_openais_may_be_sent():
    """https://platform.openai.com/docs/api-reference/audio/createTranscription"""
    asked = dict.fromkeys(FIELDS, "a")

    form = read_form(*encoded(asked))

    assert fields_of(form.body, form.kind).keys() == {*FIELDS, "file"}


def test_a_recording_is_held_no_more_than_twice():
    import tracemalloc

    recording = b"\x00" * 10_000_000
    body, kind = encoded({"model": MODEL}, {"file": ("a.wav", recording)})
    del recording
    tracemalloc.start()
    try:
        read_form(body, kind)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # Beside the body itself.
    assert peak < 1.1 * len(body)
