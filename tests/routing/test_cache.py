"""Answers that are stored: for whom, and how one sees it."""

from collections.abc import Callable
from uuid import uuid4

import pytest

MODEL = "routing-cache"
SHARED = "routing-cache-shared"
ASK = {"cache": {"use-cache": True}}
DECLINE = {"cache": {"use-cache": False}}


@pytest.fixture
def question() -> str:
    return uuid4().hex


@pytest.fixture
def stored(wait_until: Callable[..., None]) -> Callable[..., None]:
    """The answer is written after it has been sent."""
    return lambda ask: wait_until(lambda: ask().headers["x-cache"] == "hit")


@pytest.mark.req("G5")
@pytest.mark.parametrize("stream", [False, True])
def test_same_question_is_answered_from_the_cache(endpoints, client_with, stored, question: str, *, stream: bool):
    (endpoint,) = endpoints(MODEL, "")
    client = client_with()
    assert client.ask(MODEL, question, stream=stream, **ASK).headers["x-cache"] == "miss"
    stored(lambda: client.ask(MODEL, question, stream=stream, **ASK))
    asked = endpoint.asked

    answer = client.ask(MODEL, question, stream=stream, **ASK)

    assert (answer.text, answer.headers["x-cache"]) == ("first", "hit")
    assert endpoint.asked == asked


@pytest.mark.req("G5")
def test_cache_is_for_those_who_ask_for_it(endpoints, client_with, stored, question: str):
    (endpoint,) = endpoints(MODEL, "")
    client = client_with()
    stored(lambda: client.ask(MODEL, question, **ASK))
    asked = endpoint.asked

    assert "x-cache" not in client.ask(MODEL, question).headers
    assert "x-cache" not in client.ask(MODEL, question, **DECLINE).headers
    assert endpoint.asked == asked + 2


@pytest.mark.req("G5")
def test_nobody_gets_what_was_answered_to_somebody_else(endpoints, client_with, stored, question: str):
    """Strangers share a team, so the team is no bound for what they wrote."""
    endpoints(MODEL, "")
    alice, bob = client_with(), client_with()
    stored(lambda: alice.ask(MODEL, question, **ASK))

    assert bob.ask(MODEL, question, **ASK).headers["x-cache"] == "miss"


@pytest.mark.req("G5")
def test_nobody_can_name_the_place_where_answers_are_stored(endpoints, client_with, stored, question: str):
    (endpoint,) = endpoints(MODEL, "")
    alice, bob = client_with(), client_with()
    place = {"cache": {"use-cache": True, "namespace": "ours"}}
    stored(lambda: alice.ask(MODEL, question, **place))
    asked = endpoint.asked

    assert bob.ask(MODEL, question, **place).headers["x-cache"] == "miss"
    assert endpoint.asked == asked + 1


@pytest.mark.req("G5")
@pytest.mark.parametrize("changed", [{"temperature": 1.5}, {"top_k": 3}, {"max_tokens": 9}, {"chat_options": {"a": 1}}])
def test_request_that_differs_is_another_request(endpoints, client_with, stored, question: str, changed: dict):
    endpoints(MODEL, "")
    client = client_with()
    stored(lambda: client.ask(MODEL, question, **ASK))

    assert client.ask(MODEL, question, **ASK, **changed).headers["x-cache"] == "miss"


@pytest.mark.req("G5")
def test_same_words_on_another_path_are_another_request(endpoints, client_with, stored, question: str):
    endpoints(MODEL, "")
    client = client_with()
    stored(lambda: client.post("embeddings", model=MODEL, input=question, **ASK))

    answer = client.post("responses", model=MODEL, input=question, **ASK)

    assert (answer.status_code, answer.headers["x-cache"]) == (200, "miss")


@pytest.mark.req("G5")
def test_model_may_share_its_answers_with_everybody(endpoints, client_with, stored, question: str):
    (endpoint,) = endpoints(SHARED, "")
    stored(lambda: client_with().ask(SHARED, question))
    asked = endpoint.asked

    assert client_with().ask(SHARED, question).headers["x-cache"] == "hit"
    assert endpoint.asked == asked
    assert "x-cache" not in client_with().ask(SHARED, question, **DECLINE).headers
    assert endpoint.asked == asked + 1


@pytest.mark.req("G5")
def test_model_may_have_no_cache(endpoints, client_with, question: str):
    (endpoint,) = endpoints("routing-cache-off", "")
    client = client_with()

    answers = [client.ask("routing-cache-off", question, **ASK) for _ in range(3)]

    assert endpoint.asked == 3
    assert not any("x-cache" in answer.headers for answer in answers)


@pytest.mark.req("G5")
def test_error_is_never_stored(endpoints, client_with, question: str):
    (endpoint,) = endpoints(MODEL, "400")
    client = client_with()
    assert client.ask(MODEL, question, **ASK).status == 400
    endpoint.fault = ""

    answer = client.ask(MODEL, question, **ASK)

    assert (answer.status, answer.headers["x-cache"]) == (200, "miss")
