import pytest
from chat_client import endings

from portal.conversations.titles import title_of


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Hello", "Hello"),
        ("  ## Why is\n\nthe *sky* blue? ", "Why is the sky blue?"),
        ("word " * 40, "word word word word word word word word word word word word…"),
        ("x" * 100, "x" * 59 + "…"),
        ("日本語" * 30, ("日本語" * 30)[:59] + "…"),
        ("a\x00b\u202ec", "a b c"),
        ("***", ""),
    ],
)
def test_a_title_is_the_first_words_on_one_line(question, title):
    assert title_of(question) == title
    assert len(title_of(question)) <= 60


@pytest.mark.req("C3")
def test_a_cheap_model_names_the_chat_but_never_over_an_own_title(portal_with, alice, opened):
    with portal_with(chat_title_model="chat-echo") as portal, opened(portal.url) as chat:
        turn = chat.send("Hello", "chat-fast")
        first = chat.hear()
        chat.until_ended()
        second = chat.hear_first("title")
        assert first["title"] == "Hello"
        assert second["title"].startswith("Question: Hello Answer:")
        assert second["conversation"] == turn["conversation"]

        own = chat.send("count to 8", "chat-slow")
        path = f"/api/conversations/{own['conversation']}"
        assert alice.client.patch(path, json={"title": "Mine"}).status_code == 200
        assert endings(chat.until_ended())[0]["state"] == "complete"
        later, _ = chat.ask("Two", "chat-echo", conversation=own["conversation"])

        assert later["conversation"] == own["conversation"]
        assert alice.client.get(path).json()["title"] == "Mine"
