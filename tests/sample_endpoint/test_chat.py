import json

import openai
import pytest
from openai import OpenAI

pytestmark = pytest.mark.req("G9")

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"enum": ["celsius", "kelvin"]},
                "days": {"type": "integer"},
            },
        },
    },
}


def ask(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_answer_is_markdown_that_names_the_prompt_and_is_the_same_each_time(client: OpenAI):
    first, second = (client.chat.completions.create(model="sample-chat", messages=ask("Grüße, 世界")) for _ in range(2))

    text = first.choices[0].message.content
    assert text == second.choices[0].message.content
    for part in ("Grüße, 世界", "# Answer", "```python", "| --- |", "$$", "1. ", "日本語"):
        assert part in text
    assert first.choices[0].finish_reason == "stop"
    assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens


def test_stream_carries_the_same_text_and_the_usage_when_asked(client: OpenAI):
    whole = client.chat.completions.create(model="sample-chat", messages=ask("Hello"))

    stream = client.chat.completions.create(
        model="sample-chat", messages=ask("Hello"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert len(chunks) > 50
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage


def test_stream_has_no_usage_unless_asked(client: OpenAI):
    chunks = list(client.chat.completions.create(model="sample-chat", messages=ask("Hello"), stream=True))

    assert all(chunk.usage is None for chunk in chunks)


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
def test_token_limit_ends_the_answer_with_reason_length(client: OpenAI, limit: str):
    answer = client.chat.completions.create(model="sample-chat", messages=ask("Hello"), **{limit: 5})

    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 5


def test_answer_ends_before_a_stop_text(client: OpenAI):
    answer = client.chat.completions.create(model="sample-chat", messages=ask("Count to 20"), stop=["9", "15"])

    assert answer.choices[0].message.content == "1 2 3 4 5 6 7 8 "


def test_several_choices_differ(client: OpenAI):
    answer = client.chat.completions.create(model="sample-chat", messages=ask("Hello"), n=3)

    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in answer.choices}) == 3


def test_pictures_in_a_message_are_counted(client: OpenAI):
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]
    answer = client.chat.completions.create(model="sample-chat", messages=[{"role": "user", "content": parts}])

    assert "| Images | 1 |" in answer.choices[0].message.content


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("Which weather?", "required"),
        ("Use a tool", "auto"),
        ("Hi", {"type": "function", "function": {"name": "get_weather"}}),
    ],
)
def test_tool_is_called_on_request_with_arguments_that_fit_its_schema(client: OpenAI, text: str, choice):
    answer = client.chat.completions.create(
        model="sample-chat", messages=ask(text), tools=[WEATHER], tool_choice=choice
    ).choices[0]

    assert answer.finish_reason == "tool_calls"
    assert answer.message.tool_calls[0].function.name == "get_weather"
    assert json.loads(answer.message.tool_calls[0].function.arguments) == {
        "city": "sample",
        "unit": "celsius",
        "days": 1,
    }


@pytest.mark.parametrize(("text", "choice"), [("Hello", "auto"), ("Use a tool", "none")])
def test_tool_is_left_alone_otherwise(client: OpenAI, text: str, choice: str):
    answer = client.chat.completions.create(
        model="sample-chat", messages=ask(text), tools=[WEATHER], tool_choice=choice
    ).choices[0]

    assert answer.finish_reason == "stop"
    assert answer.message.tool_calls is None


def test_tool_call_streams_in_pieces_that_make_the_same_call(client: OpenAI):
    question = {"model": "sample-chat", "messages": ask("Use get_weather"), "tools": [WEATHER]}
    whole = client.chat.completions.create(**question).choices[0].message.tool_calls[0]

    with client.chat.completions.stream(**question) as stream:
        final = stream.get_final_completion().choices[0].message.tool_calls[0]

    assert (final.id, final.function.name, final.function.arguments) == (
        whole.id,
        whole.function.name,
        whole.function.arguments,
    )


def test_result_of_a_tool_is_answered_in_words(client: OpenAI):
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        *ask("Use get_weather"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
    ]
    answer = client.chat.completions.create(model="sample-chat", messages=messages, tools=[WEATHER]).choices[0]

    assert "21 degrees" in answer.message.content


def test_reasoning_model_thinks_before_it_answers(client: OpenAI):
    question = {"model": "sample-reasoning", "messages": ask("Hello")}
    whole = client.chat.completions.create(**question)
    deltas = [chunk.choices[0].delta for chunk in client.chat.completions.create(**question, stream=True)]

    thoughts = [getattr(delta, "reasoning_content", None) for delta in deltas]
    assert "".join(filter(None, thoughts)) == whole.choices[0].message.reasoning_content
    assert whole.usage.completion_tokens_details.reasoning_tokens > 0
    first_word = next(index for index, delta in enumerate(deltas) if delta.content)
    assert not any(thoughts[first_word:])


def test_json_object_is_json(client: OpenAI):
    answer = client.chat.completions.create(
        model="sample-chat", messages=ask("Say “hi”"), response_format={"type": "json_object"}
    )

    assert json.loads(answer.choices[0].message.content)["prompt"] == "Say “hi”"


def test_json_schema_is_kept(client: OpenAI):
    schema = {
        "type": "object",
        "properties": {
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 2},
            "done": {"type": "boolean"},
            "score": {"anyOf": [{"type": "number", "minimum": 3}, {"type": "null"}]},
        },
        "$defs": {"step": {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}},
    }
    answer = client.chat.completions.create(
        model="sample-chat",
        messages=ask("Plan"),
        response_format={"type": "json_schema", "json_schema": {"name": "plan", "schema": schema}},
    )

    day = {"day": "2026-01-31"}
    assert json.loads(answer.choices[0].message.content) == {"steps": [day, day], "done": True, "score": 3}


def test_text_completion_whole_and_streamed(client: OpenAI):
    whole = client.completions.create(model="sample-chat", prompt="Count to 5")
    stream = client.completions.create(model="sample-chat", prompt="Count to 5", stream=True)

    assert whole.choices[0].text == "1 2 3 4 5"
    assert whole.object == "text_completion"
    assert "".join(chunk.choices[0].text for chunk in stream) == "1 2 3 4 5"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "nobody", "messages": ask("Hi")}, 404, "model_not_found"),
        ({"model": "sample-embedding", "messages": ask("Hi")}, 400, "unsupported_model"),
        ({"model": "sample-chat", "messages": []}, 400, "missing_required_parameter"),
        ({"model": "sample-chat", "messages": [{"role": "king", "content": "Hi"}]}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": [{"role": "user", "content": ["Hi"]}]}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "temperature": 3}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "max_tokens": "many"}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "n": 0}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "n": 1.5}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "stop": [""]}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "stop": 5}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": ask("Hi"), "tools": ["x"]}, 400, "invalid_value"),
        ({"model": "sample-chat", "messages": [{"role": "user", "content": 5}]}, 400, "invalid_value"),
        (
            {"model": "sample-chat", "messages": ask("Hi"), "response_format": {"type": "json_schema"}},
            400,
            "invalid_value",
        ),
    ],
)
def test_bad_question_is_refused_with_its_reason(client: OpenAI, body, status: int, code: str):
    with pytest.raises(openai.APIStatusError) as refusal:
        client.chat.completions.create(**body)

    assert refusal.value.status_code == status
    assert refusal.value.code == code
    assert refusal.value.type == "invalid_request_error"
