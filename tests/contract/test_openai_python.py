"""The official Python SDK, unchanged, through the whole platform."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

pytestmark = pytest.mark.req("G1")

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Grüße, 世界 🚀"}]}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAA"
    "AABJRU5ErkJggg=="
)


def asking(text: str, **options) -> dict:
    return {**QUESTION, "messages": [{"role": "user", "content": text}], **options}


@pytest.fixture
async def others(api) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=api.base_url, api_key=api.key, max_retries=0) as client:
        yield client


def test_chat_answers(client: OpenAI):
    answer = client.chat.completions.create(**QUESTION)

    assert "Grüße, 世界 🚀" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer._request_id


def test_key_from_the_page_works_as_it_is(api, visitors_key: str):
    with OpenAI(base_url=api.base_url, api_key=visitors_key, max_retries=0) as client:
        assert client.chat.completions.create(**QUESTION).choices[0].message.content


def test_chat_streams_the_same_text(client: OpenAI):
    whole = client.chat.completions.create(**QUESTION)
    chunks = list(client.chat.completions.create(**QUESTION, stream=True, stream_options={"include_usage": True}))

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert "stop" in [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert chunks[-1].usage.total_tokens == whole.usage.total_tokens


def test_stream_has_no_usage_unless_asked(client: OpenAI):
    assert all(chunk.usage is None for chunk in client.chat.completions.create(**QUESTION, stream=True))


def test_stream_helper_gathers_the_answer(client: OpenAI):
    with client.chat.completions.stream(**QUESTION) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta"]

    assert "".join(pieces) == stream.get_final_completion().choices[0].message.content


def test_reasoning_streams_beside_the_answer(client: OpenAI):
    chunks = list(client.chat.completions.create(**asking("Hi", model="sample-reasoning"), stream=True))
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]

    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas).startswith("The person wrote")
    assert "".join(delta.content or "" for delta in deltas).startswith("# Answer")


def test_stream_that_is_left_early_leaves_the_key_usable(client: OpenAI):
    with client.chat.completions.create(**asking("Count to 20000"), stream=True) as stream:
        next(iter(stream))

    assert client.chat.completions.create(**QUESTION).choices[0].message.content


def test_tool_is_called_and_its_result_answered(client: OpenAI):
    question = asking("Use the weather tool")
    called = client.chat.completions.create(**question, tools=[WEATHER]).choices[0]
    call = called.message.tool_calls[0]
    assert (called.finish_reason, call.function.name) == ("tool_calls", "weather")
    assert "city" in json.loads(call.function.arguments)

    result = {"role": "tool", "tool_call_id": call.id, "content": '{"celsius": 21}'}
    messages = [*question["messages"], called.message, result]
    answer = client.chat.completions.create(model="sample-chat", messages=messages, tools=[WEATHER])

    assert answer.choices[0].finish_reason == "stop"
    assert "celsius" in answer.choices[0].message.content


def test_streamed_tool_call_is_the_same_call(client: OpenAI):
    question = asking("Hi", tools=[WEATHER], tool_choice={"type": "function", "function": {"name": "weather"}})
    whole = client.chat.completions.create(**question).choices[0].message.tool_calls[0]

    with client.chat.completions.stream(**question) as stream:
        events = [event for event in stream if event.type == "tool_calls.function.arguments.delta"]

    assert events
    streamed = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert (streamed.id, streamed.function.name) == (whole.id, whole.function.name)
    assert json.loads(streamed.function.arguments) == json.loads(whole.function.arguments)


class Step(BaseModel):
    title: str
    minutes: int


class Recipe(BaseModel):
    name: str
    steps: list[Step]


def test_structured_answer_is_parsed(client: OpenAI):
    answer = client.chat.completions.parse(**asking("A recipe"), response_format=Recipe)

    assert isinstance(answer.choices[0].message.parsed, Recipe)
    assert answer.choices[0].message.parsed.steps


def test_structured_answer_streams(client: OpenAI):
    with client.chat.completions.stream(**asking("A recipe"), response_format=Recipe) as stream:
        answer = stream.get_final_completion()

    assert isinstance(answer.choices[0].message.parsed, Recipe)


def test_json_object_is_json(client: OpenAI):
    answer = client.chat.completions.create(**asking("Some JSON"), response_format={"type": "json_object"})

    assert json.loads(answer.choices[0].message.content)["prompt"] == "Some JSON"


def test_image_in_a_question_arrives(client: OpenAI):
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    messages = [{"role": "user", "content": content}]

    assert (
        "| Images | 1 |"
        in client.chat.completions.create(**{**QUESTION, "messages": messages}).choices[0].message.content
    )


def test_several_choices(client: OpenAI):
    first, second = client.chat.completions.create(**QUESTION, n=2).choices

    assert (first.index, second.index) == (0, 1)
    assert first.message.content != second.message.content


def test_several_choices_stream_apart(client: OpenAI):
    whole = client.chat.completions.create(**QUESTION, n=2).choices
    texts = {0: "", 1: ""}
    for chunk in client.chat.completions.create(**QUESTION, n=2, stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""

    assert texts == {choice.index: choice.message.content for choice in whole}


@pytest.mark.parametrize("stream", [False, True])
def test_logprobs_come_back(client: OpenAI, *, stream: bool):
    question = asking("Count to 3", logprobs=True, top_logprobs=2)
    if stream:
        chunks = client.chat.completions.create(**question, stream=True)
        found = [choice.logprobs for chunk in chunks for choice in chunk.choices if choice.logprobs]
        tokens = [token for logprobs in found for token in logprobs.content]
    else:
        tokens = client.chat.completions.create(**question).choices[0].logprobs.content

    assert "".join(token.token for token in tokens) == "1 2 3"
    assert all(token.logprob <= 0 and token.top_logprobs for token in tokens)


def test_parameters_old_and_new_are_taken(client: OpenAI):
    options = {
        "max_tokens": 1,
        "temperature": 0.1,
        "top_p": 0.9,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.1,
        "seed": 7,
        "user": "somebody",
        "logit_bias": {"1": 1},
        "stop": ["5"],
        "extra_body": {"min_p": 0.1, "not_a_parameter": {"of": "anybody"}},
    }
    answer = client.chat.completions.create(**asking("Count to 9"), **options)

    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("1", "length")
    newer = client.chat.completions.create(**asking("Count to 9"), max_completion_tokens=2, stop="5")
    assert newer.choices[0].message.content == "1 2"


def test_legacy_functions_are_taken(client: OpenAI):
    functions = [WEATHER["function"]]

    assert client.chat.completions.create(**QUESTION, functions=functions).choices[0].message.content


def test_prompt_of_two_megabytes_arrives_whole(client: OpenAI):
    text = "lorem ipsum " * 175_000

    answer = client.chat.completions.create(**asking(text))

    assert f"| Characters in your message | {len(text)} |" in answer.choices[0].message.content


def test_raw_answer_names_the_request(client: OpenAI):
    raw = client.chat.completions.with_raw_response.create(**QUESTION, extra_headers={"x-request-id": "my-own-request"})

    assert raw.headers["x-request-id"] == raw.parse()._request_id == "my-own-request"
    assert not [name for name in raw.headers if "litellm" in name or "provider" in name]


def test_response_answers(client: OpenAI):
    answer = client.responses.create(model="sample-chat", input="Grüße, 世界", instructions="Be short")

    assert "Grüße, 世界" in answer.output_text
    assert answer.status == "completed"
    assert answer.usage.total_tokens > 0


def test_response_streams_the_same_text(client: OpenAI):
    with client.responses.stream(model="sample-chat", input="Grüße, 世界") as stream:
        events = list(stream)

    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == stream.get_final_response().output_text != ""


def test_response_calls_a_tool_and_answers_its_result(client: OpenAI):
    tool = {"type": "function", "strict": False, **WEATHER["function"]}
    question = {"role": "user", "content": "Use the weather tool"}
    called = client.responses.create(model="sample-chat", input=[question], tools=[tool])
    call = next(item for item in called.output if item.type == "function_call")
    assert (call.name, "city" in json.loads(call.arguments)) == ("weather", True)

    result = {"type": "function_call_output", "call_id": call.call_id, "output": '{"celsius": 21}'}
    asked = {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments}
    answer = client.responses.create(model="sample-chat", input=[question, asked, result], tools=[tool])

    assert "celsius" in answer.output_text


def test_response_is_parsed(client: OpenAI):
    answer = client.responses.parse(model="sample-chat", input="A recipe", text_format=Recipe)

    assert isinstance(answer.output_parsed, Recipe)


def test_text_completion_answers_and_streams(client: OpenAI):
    question = {"model": "sample-chat", "prompt": "Count to 3", "max_tokens": 2}

    assert client.completions.create(**question).choices[0].text == "1 2"
    pieces = [
        chunk.choices[0].text or "" for chunk in client.completions.create(**question, stream=True) if chunk.choices
    ]
    assert "".join(pieces) == "1 2"


def test_embeddings_are_the_same_as_numbers_and_as_base64(client: OpenAI):
    question = {"model": "sample-embedding", "input": ["Grüße", "世界"], "dimensions": 64}
    packed = client.embeddings.create(**question)  # the SDK asks for base64 by itself and unpacks it
    plain = client.embeddings.create(**question, encoding_format="float")
    raw = client.embeddings.create(**question, encoding_format="base64")

    assert [len(one.embedding) for one in plain.data] == [64, 64]
    for one, other, text in zip(packed.data, plain.data, raw.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
        assert len(base64.b64decode(text.embedding)) == 4 * 64
    assert plain.usage.total_tokens > 0


@pytest.mark.parametrize("kind", ["json", "verbose_json", "text"])
def test_audio_is_uploaded_and_transcribed(client: OpenAI, one_second_of_silence: bytes, kind: str):
    file = ("grüße.wav", one_second_of_silence, "audio/wav")
    answer = client.audio.transcriptions.create(model="sample-transcription", file=file, response_format=kind)

    text = answer if kind == "text" else answer.text
    assert f"{len(one_second_of_silence)} bytes, 1.0 seconds" in text


def test_image_is_made(client: OpenAI):
    answer = client.images.generate(model="sample-image", prompt="a cat", n=2, size="64x64", response_format="b64_json")

    assert [base64.b64decode(one.b64_json)[:4] for one in answer.data] == [b"\x89PNG"] * 2


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


@pytest.mark.req("G10")
@pytest.mark.parametrize("stream", [True, False])
def test_unknown_model_is_not_found(client: OpenAI, *, stream: bool):
    with pytest.raises(openai.NotFoundError) as refusal:
        client.chat.completions.create(**{**QUESTION, "model": "nobody"}, stream=stream)

    assert (refusal.value.code, refusal.value.param) == ("model_not_found", "model")


@pytest.mark.req("G10")
@pytest.mark.parametrize("stream", [True, False])
def test_wrong_parameter_is_a_bad_request_that_says_what_is_wrong(client: OpenAI, *, stream: bool):
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(**QUESTION, temperature=7, stream=stream)

    assert refusal.value.code == "invalid_request"
    assert refusal.value.body["message"] == "`temperature` must be a number from 0 to 2."


@pytest.mark.req("G10")
def test_key_that_is_not_known_is_refused(client: OpenAI):
    with pytest.raises(openai.AuthenticationError) as refusal:
        client.with_options(api_key="sk-wrong").chat.completions.create(**QUESTION)

    assert refusal.value.code == "invalid_api_key"
    assert refusal.value.request_id


async def test_twenty_at_once_each_get_their_own_answer(others: AsyncOpenAI):
    async def ask(number: int) -> str:
        if number % 2:
            return (await others.chat.completions.create(**asking(f"Count to {number}"))).choices[0].message.content
        chunks = await others.chat.completions.create(**asking(f"Count to {number}"), stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices])

    answers = await asyncio.gather(*(ask(number) for number in range(1, 21)))

    assert [len(answer.split()) for answer in answers] == list(range(1, 21))


async def test_request_that_is_cancelled_leaves_the_client_usable(others: AsyncOpenAI):
    asked = asyncio.ensure_future(others.chat.completions.create(**asking("Count slowly to 5000")))
    await asyncio.sleep(0.2)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert (await others.chat.completions.create(**QUESTION)).choices


@pytest.mark.req("G11")
def test_client_may_set_a_shorter_time(client: OpenAI):
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.5).chat.completions.create(**asking("Count slowly to 5000"))


@pytest.fixture
def visitors_key(visitor: httpx.Client) -> str:
    return visitor.post("/api/keys/claim", json={"accept_terms": True}).raise_for_status().json()["key"]


@pytest.mark.req("G10")
async def test_person_over_their_parallel_limit_is_served_after_a_retry(api, visitors_key: str):
    """The SDK waits as long as `retry-after` says, and a request in parallel is over sooner than a minute."""
    async with AsyncOpenAI(base_url=api.base_url, api_key=visitors_key, max_retries=4) as client:
        question = asking("Count slowly to 20")
        answers = await asyncio.gather(*(client.chat.completions.create(**question) for _ in range(6)))

    assert {answer.choices[0].message.content[-2:] for answer in answers} == {"20"}
