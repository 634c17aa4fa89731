"""What people see of an endpoint that fails before the first word: nothing, as long as another one is left."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from model_endpoint import Endpoint
from portal_server import served

MODEL = "routing-failover"
STATUSES = ["401", "403", "404", "408", "429", "500", "502", "503", "504"]
BODIES = ["empty", "garbage", "html", "null"]
HANGS = ["hang", "headers-then-hang"]
CUTS = ["headers-then-cut"]
FIRST_EVENTS = ["error-event", "only-done", "role-then-cut"]


@pytest.fixture(scope="module")
def pair(endpoint_ports: dict[str, list[int]]) -> Iterator[tuple[Endpoint, Endpoint]]:
    """They never rest, so that each test meets both."""
    first, second = Endpoint("first"), Endpoint("second")
    with ExitStack() as stack:
        for endpoint, port in zip((first, second), endpoint_ports[MODEL], strict=True):
            stack.enter_context(served(endpoint, port))
        yield first, second


def misbehave(endpoint: Endpoint, fault: str) -> None:
    endpoint.fault = fault
    endpoint.bodies.clear()


@pytest.mark.req("G3")
@pytest.mark.parametrize("fault", [*STATUSES, *BODIES, *HANGS, *CUTS])
def test_next_endpoint_answers(pair, client, fault: str):
    first, _ = pair
    misbehave(first, fault)

    answer = client.ask(MODEL)

    assert (answer.status, answer.text) == (200, "second")
    assert first.asked == 1


@pytest.mark.req("G3")
@pytest.mark.parametrize("fault", [*STATUSES, *BODIES, *HANGS, *CUTS, *FIRST_EVENTS])
def test_next_endpoint_streams(pair, client, fault: str):
    first, _ = pair
    misbehave(first, fault)

    answer = client.ask(MODEL, stream=True)

    assert (answer.status, answer.text, answer.error) == (200, "second", None)
    assert first.asked == 1


@pytest.mark.req("G3", "G10")
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["400", "413", "422"])
def test_mistake_of_the_caller_is_not_carried_from_endpoint_to_endpoint(pair, client, fault: str, *, stream: bool):
    first, second = pair
    misbehave(first, fault)
    misbehave(second, "")

    answer = client.ask(MODEL, stream=stream)

    assert (answer.status, answer.error) == (400, "invalid_request")
    assert (first.asked, second.asked) == (1, 0)


@pytest.mark.req("G10")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("mid-cut", "stream_interrupted"),
        ("mid-end", "stream_interrupted"),
        ("mid-error", "stream_interrupted"),
        ("mid-garbage", "stream_interrupted"),
        ("mid-hang", "upstream_timeout"),
    ],
)
def test_stream_that_breaks_in_the_middle_says_so_after_what_came_before(pair, client, fault: str, error: str):
    """No other endpoint takes over then: two models' words would be mixed."""
    first, second = pair
    misbehave(first, fault)
    misbehave(second, "")

    answer = client.ask(MODEL, stream=True)

    assert (answer.status, answer.text, answer.error) == (200, "first is broken", error)
    assert "10.1.2.3" not in answer.body
    assert second.asked == 0


@pytest.mark.req("G3")
@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("embeddings", {"input": "Hello"}),
        ("completions", {"prompt": "Hello"}),
        ("images/generations", {"prompt": "Hello"}),
        ("responses", {"input": "Hello"}),
    ],
)
def test_other_paths_go_on_to_the_next_endpoint_too(pair, client, path: str, question: dict):
    """Each endpoint fails once, and is asked once."""
    first, second = pair
    misbehave(first, "429")
    misbehave(second, "429")

    answer = client.post(path, model=MODEL, **question)

    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    assert (first.asked, second.asked) == (1, 1)


@pytest.mark.req("G3")
def test_caller_cannot_make_an_endpoint_look_broken(pair, client):
    first, second = pair
    misbehave(first, "")
    misbehave(second, "")

    wishes = {"api_key": "wrong", "extra_headers": {"authorization": "x"}, "mock_timeout": True, "request_timeout": 0}
    answer = client.ask(MODEL, **wishes)

    assert (answer.status, answer.text) == (200, "first")
    assert first.authorization == "Bearer sample"


@pytest.mark.req("G3")
def test_all_of_a_priority_are_tried_before_the_next_each_once(endpoints, client):
    *peers, last = endpoints("routing-peers", "503", "401", "refused", "")

    assert client.ask("routing-peers").text == "fourth"
    assert [peer.asked for peer in peers] == [1, 1, 0]
    assert last.asked == 1


@pytest.mark.req("G3")
def test_only_endpoint_is_asked_again(endpoints, client):
    (only,) = endpoints("routing-alone", "503", heals=True)

    assert client.ask("routing-alone").text == "first"
    assert only.asked == 2


@pytest.mark.req("G3", "G10")
def test_only_endpoint_that_is_busy_is_not_pressed(endpoints, client):
    (only,) = endpoints("routing-alone", "429")

    answer = client.ask("routing-alone")

    assert (answer.status, answer.error, answer.headers["retry-after"]) == (429, "rate_limit_exceeded", "2")
    assert only.asked == 1


@pytest.mark.req("G3", "G10")
def test_model_with_one_endpoint_stays_available_after_a_failure(endpoints, client):
    (only,) = endpoints("routing-alone", "hang")
    answer = client.ask("routing-alone")
    assert (answer.status, answer.error, only.asked) == (504, "upstream_timeout", 1)
    only.fault = ""

    assert client.ask("routing-alone").text == "first"


@pytest.mark.req("G3", "G10")
def test_when_nothing_answers_the_client_is_told_so(endpoints, client):
    endpoints("routing-alone", "refused")

    answer = client.ask("routing-alone")

    assert (answer.status, answer.error) == (502, "upstream_error")


@pytest.mark.req("G3")
@pytest.mark.parametrize("fault", ["refused", "500", "too-long"])
def test_fallback_model_answers(endpoints, client, fault: str):
    endpoints("routing-with-fallback", fault)
    (other,) = endpoints("routing-fallback", "")
    other.name = "fallback"

    assert client.ask("routing-with-fallback").text == "fallback"
    assert client.ask("routing-with-fallback", stream=True).text == "fallback"


@pytest.mark.req("G3")
def test_mistake_of_the_caller_is_not_carried_to_the_fallback_model(endpoints, client):
    (first,) = endpoints("routing-refused-with-fallback", "400")
    (other,) = endpoints("routing-fallback", "")

    assert client.ask("routing-refused-with-fallback").status == 400
    assert (first.asked, other.asked) == (1, 0)
