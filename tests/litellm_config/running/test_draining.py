"""What requests notice of an edit: nothing."""

import threading
import time
from contextlib import ExitStack

import httpx
import pytest
from gateway_under_test import until

pytestmark = pytest.mark.req("G6")
# As the portal does: before the server lets go of a connection.
KEPT = httpx.Limits(keepalive_expiry=4)


def test_long_answer_goes_on_to_its_end_while_others_get_the_new_catalogue(gateway):
    with httpx.stream("GET", f"{gateway.url}/stream?pause=0.05", timeout=60) as answer:
        parts = answer.iter_text()
        first = next(parts)
        gateway.write("one", "new")
        gateway.has("one", "new")
        assert not gateway.noted("ends")
        gateway.end_streams()
        *numbers, end = (first + "".join(parts)).split()

    assert numbers == [str(number) for number in range(len(numbers))]
    assert end == "end"
    until(lambda: gateway.noted("ends"))


def test_requests_on_kept_connections_never_fail_while_the_catalogue_changes_again_and_again(gateway):
    done, failures, answered = threading.Event(), [], []

    def ask_again_and_again(pause):
        with httpx.Client(limits=KEPT, timeout=60) as client:
            while not done.is_set():
                try:
                    answered.append(client.get(gateway.url).raise_for_status().json()["pid"])
                except httpx.HTTPError as error:
                    failures.append(repr(error))
                time.sleep(pause)

    askers = [threading.Thread(target=ask_again_and_again, args=(0.002 * number,)) for number in range(8)]
    for asker in askers:
        asker.start()
    until(lambda: answered)
    for number in range(6):
        gateway.write("one", f"edit-{number}")
        worker = gateway.has("one", f"edit-{number}")["pid"]
        until(lambda worker=worker: worker in answered)
    done.set()
    for asker in askers:
        asker.join()

    assert failures == []
    assert len(set(answered)) == 7
    assert len(answered) > 100


def test_kept_connection_hears_that_it_ends_before_it_does(gateway):
    with httpx.Client(limits=KEPT, timeout=60) as client:
        before = client.get(gateway.url)
        gateway.write("one", "new")
        # Asked all the time, so that the client keeps it.
        on_it = until(lambda: "connection" in (answer := client.get(gateway.url)).headers and answer)
        after = client.get(gateway.url)

    assert "connection" not in before.headers
    assert (on_it.json()["models"], on_it.headers["connection"]) == (["one"], "close")
    assert (after.json()["models"], "connection" in after.headers) == (["one", "new"], False)


def test_answer_that_takes_longer_than_it_may_is_cut_and_counted(make_gateway):
    gateway = make_gateway(drain_seconds=0.5).start().wait_until_ready()
    with ExitStack() as streams:
        for _ in range(2):
            streams.enter_context(httpx.stream("GET", f"{gateway.url}/stream?parts=400&pause=0.05", timeout=60))
        gateway.write("one", "new")
        gateway.has("one", "new")
        until(lambda: "gateway.requests_cut" in gateway.said)

    assert "requests=2" in gateway.said
    until(lambda: gateway.noted("ends"))


def test_connection_without_a_request_does_not_keep_the_old_worker(gateway):
    with httpx.Client(timeout=60) as client:
        client.get(gateway.url)
        gateway.write("one", "new")
        gateway.has("one", "new")

        until(lambda: gateway.noted("ends"))
