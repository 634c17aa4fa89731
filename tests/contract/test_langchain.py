"""LangChain's OpenAI classes, unchanged: what many applications are made of."""

from collections.abc import Iterator

import httpx
import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

pytestmark = pytest.mark.req("G1")


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """LangChain's own is left to the garbage, together with its connections."""
    with httpx.Client(timeout=60) as http:
        yield http


@pytest.fixture(scope="module")
def chat(api, http: httpx.Client) -> ChatOpenAI:
    return ChatOpenAI(
        model="sample-chat", base_url=api.base_url, api_key=SecretStr(api.key), max_retries=0, http_client=http
    )


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    return f"Sunny in {city}"


class Recipe(BaseModel):
    """A recipe."""

    name: str
    minutes: int


def test_chat_answers_with_usage(chat: ChatOpenAI):
    answer = chat.invoke("Grüße, 世界")

    assert "Grüße, 世界" in answer.content
    assert answer.usage_metadata["total_tokens"] > 0


def test_stream_is_the_same_text_with_usage(chat: ChatOpenAI):
    whole = chat.invoke("Grüße, 世界")
    first, *others = chat.stream("Grüße, 世界", stream_usage=True)
    for chunk in others:
        first += chunk

    assert first.content == whole.content
    assert first.usage_metadata["total_tokens"] == whole.usage_metadata["total_tokens"]


async def test_answers_come_asynchronously(api):
    async with httpx.AsyncClient(timeout=60) as http:
        chat = ChatOpenAI(
            model="sample-chat", base_url=api.base_url, api_key=SecretStr(api.key), http_async_client=http
        )

        answers = await chat.abatch(["Count to 1", "Count to 2"])

    assert [answer.content for answer in answers] == ["1", "1 2"]


def test_tool_is_called_and_its_result_answered(chat: ChatOpenAI):
    question = HumanMessage("Use the weather tool")
    able = chat.bind_tools([weather])
    asked = able.invoke([question])
    assert [call["name"] for call in asked.tool_calls] == ["weather"]

    result = weather.invoke(asked.tool_calls[0])
    assert isinstance(result, ToolMessage)

    assert "Sunny in" in able.invoke([question, asked, result]).content


def test_streamed_tool_call_is_whole(chat: ChatOpenAI):
    first, *others = chat.bind_tools([weather]).stream("Use the weather tool")
    for chunk in others:
        first += chunk

    assert [(call["name"], set(call["args"])) for call in first.tool_calls] == [("weather", {"city"})]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_answer_is_an_object(chat: ChatOpenAI, method: str):
    assert isinstance(chat.with_structured_output(Recipe, method=method).invoke("A recipe"), Recipe)


def test_texts_are_embedded(api, http: httpx.Client):
    """`check_embedding_ctx_length` would send OpenAI's token numbers, which other models can't read."""
    embeddings = OpenAIEmbeddings(
        model="sample-embedding",
        base_url=api.base_url,
        api_key=SecretStr(api.key),
        check_embedding_ctx_length=False,
        http_client=http,
    )
    one, other = embeddings.embed_documents(["Grüße", "世界"])

    assert len(one) == len(other) == 256
    assert embeddings.embed_query("Grüße") == pytest.approx(one, abs=1e-6)
