"""A client that leaves takes its request with it, up to the endpoint."""

import pytest
from waiting import wait_until

MODEL = "routing-patient"


def leave(client, endpoint, *, stream: bool = False) -> None:
    """As soon as the endpoint has been asked."""
    with client.leaving(MODEL, stream=stream):
        wait_until(lambda: endpoint.asked)


@pytest.mark.req("G11")
@pytest.mark.parametrize(("fault", "stream"), [("hang", False), ("hang", True), ("headers-then-hang", True)])
def test_client_that_leaves_before_the_answer_frees_the_endpoint(endpoints, client, fault: str, *, stream: bool):
    (endpoint,) = endpoints(MODEL, fault)

    leave(client, endpoint, stream=stream)

    assert endpoint.left.wait(60)


@pytest.mark.req("G11")
def test_client_that_leaves_a_stream_frees_the_endpoint(endpoints, client):
    (endpoint,) = endpoints(MODEL, "mid-hang")

    with client.asking(MODEL, stream=True) as response:
        next(response.iter_raw())

    assert endpoint.left.wait(60)


@pytest.mark.req("G11")
def test_nothing_is_tried_again_for_a_client_that_has_left(endpoints, client):
    """The second request waits for its second try at least as long as the first would have."""
    (endpoint,) = endpoints(MODEL, "503")
    leave(client, endpoint)
    endpoint.heals = True

    assert client.ask(MODEL).text == "first"
    assert endpoint.asked == 3


@pytest.mark.req("G11", "G12")
@pytest.mark.parametrize("stream", [False, True])
def test_client_that_leaves_gives_its_place_back(endpoints, client_with, *, stream: bool):
    client = client_with(max_parallel_requests=1)
    (endpoint,) = endpoints(MODEL, "hang")
    leave(client, endpoint, stream=stream)
    endpoint.fault = ""

    wait_until(lambda: client.ask(MODEL).status == 200)


@pytest.mark.req("G3")
def test_more_requests_at_once_than_an_endpoint_takes_go_to_the_next(endpoints, client):
    first, second = endpoints("routing-limited", "mid-hang", "mid-hang")
    with client.asking("routing-limited", stream=True) as one, client.asking("routing-limited", stream=True) as two:
        running = [one.iter_raw(), two.iter_raw()]
        assert all(next(stream) for stream in running)
        answer = client.ask("routing-limited")

    assert (first.asked, second.asked) == (1, 1)
    assert (answer.status, answer.error) == (429, "rate_limit_exceeded")
    assert "retry-after" in answer.headers
