"""The kinds of model that do not chat.

https://platform.openai.com/docs/api-reference
"""

import io
import wave
from collections.abc import AsyncIterator

from litellm_config.endpoints.trial.caller import Caller, Reply
from litellm_config.endpoints.trial.chat import refusal_of, usage_of
from litellm_config.endpoints.trial.finding import Finding, missing, note, ok

TEXTS = ["First text", "Second text"]
SAMPLES_PER_SECOND = 16_000


async def try_embedding(caller: Caller) -> AsyncIterator[Finding]:
    answer = await caller.post("embeddings", input=TEXTS)
    vectors = [answer.part("data", index, "embedding") for index in range(len(TEXTS))]
    lengths = {len(vector) for vector in vectors if isinstance(vector, list) and vector}
    is_right = answer.is_success and all(isinstance(vector, list) for vector in vectors) and len(lengths) == 1
    yield _shape(answer, "embeddings", "`data[].embedding`, a list of numbers for each text", is_right=is_right)
    if not is_right:
        return
    yield usage_of(answer, "prompt_tokens", "total_tokens")
    packed = await caller.post("embeddings", input=TEXTS, encoding_format="base64")
    if packed.is_success and isinstance(packed.part("data", 0, "embedding"), str | list):
        yield ok("encoding", "`encoding_format: base64`, which SDKs send, is understood")
    else:
        says = f"`encoding_format: base64`, which SDKs send, is answered with {packed.excerpt}"
        yield missing("encoding", says, "answer the vectors as base64, or ignore the field")
    yield refusal_of(await caller.post("embeddings"))


async def try_transcription(caller: Caller) -> AsyncIterator[Finding]:
    answer = await caller.upload("audio/transcriptions", ("second-of-silence.wav", _silence(), "audio/wav"))
    is_right = answer.is_success and isinstance(answer.part("text"), str)
    yield _shape(answer, "audio/transcriptions", "`text`", is_right=is_right)


async def try_image(caller: Caller) -> AsyncIterator[Finding]:
    answer = await caller.post("images/generations", prompt="A blue circle", n=1)
    pictures = [answer.part("data", 0, name) for name in ("b64_json", "url")]
    is_right = answer.is_success and any(isinstance(picture, str) and picture for picture in pictures)
    yield _shape(answer, "images/generations", "`data[0].b64_json` or `.url`", is_right=is_right)
    if is_right:
        yield refusal_of(await caller.post("images/generations"))


async def try_completion(caller: Caller) -> AsyncIterator[Finding]:
    answer = await caller.post("completions", prompt="One, two,", max_tokens=20)
    is_right = answer.is_success and isinstance(answer.part("choices", 0, "text"), str)
    yield _shape(answer, "completions", "`choices[0].text`", is_right=is_right)
    if is_right:
        yield usage_of(answer, "prompt_tokens", "completion_tokens")
        yield refusal_of(await caller.post("completions", prompt={"not": "a text"}))


async def try_responses(caller: Caller) -> AsyncIterator[Finding]:
    answer = await caller.post("responses", input="Count from 1 to 10.")
    is_right = answer.is_success and isinstance(answer.part("output"), list)
    if answer.is_success or answer.status not in {404, 405}:
        yield _shape(answer, "responses", "`output`, a list", is_right=is_right)
    else:
        todo = "set `use_chat_completions_api: true` for the model: LiteLLM then makes it from chat completions"
        yield note("answer", "There is no POST /responses.", todo)


def _shape(answer: Reply, path: str, lacks: str, *, is_right: bool) -> Finding:
    if is_right:
        return ok("answer", f"POST /{path} answers as it should")
    if not answer.is_success:
        return missing("answer", f"POST /{path} answers {answer.excerpt}", "see what the endpoint logs")
    return missing("answer", f"The answer of POST /{path} lacks {lacks}.", "SDKs read it: add it to the answer")


def _silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLES_PER_SECOND)
        sound.writeframes(b"\0\0" * SAMPLES_PER_SECOND)
    return file.getvalue()
