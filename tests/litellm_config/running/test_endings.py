"""Processes that end: because they were told to, or killed."""

import os
import signal
import threading

import httpx
import psutil
import pytest
from gateway_under_test import are_gone, until

pytestmark = pytest.mark.req("A3")


def stream_of(gateway, parts, begun):
    """What came of it; its beginning is said."""
    text = ""
    with httpx.stream("GET", f"{gateway.url}/stream?parts={parts}&pause=0.05", timeout=60) as answer:
        for part in answer.iter_text():
            begun.set()
            text += part
    return text


def test_killed_worker_is_replaced(gateway):
    killed = gateway.ask()["pid"]
    os.kill(killed, signal.SIGKILL)

    until(lambda: (answer := is_answered(gateway)) and answer["pid"] != killed)
    assert "gateway.worker_lost" in gateway.said


def is_answered(gateway):
    try:
        return gateway.ask()
    except httpx.TransportError:
        return None


def test_nobody_waits_in_the_queue_while_a_killed_worker_is_replaced(gateway):
    gateway.write("one", "starts-slowly")
    # Another question could still reach the worker before, which is about to stop accepting.
    os.kill(gateway.has("one", "starts-slowly")["pid"], signal.SIGKILL)
    until(lambda: "gateway.worker_lost" in gateway.said)

    with pytest.raises(httpx.ConnectError):
        gateway.ask()
    gateway.wait_until_ready()


def test_worker_goes_on_and_edits_are_applied_when_the_program_it_was_forked_from_is_killed(gateway):
    before = gateway.ask()["pid"]
    os.kill(gateway.noted("loads")[0], signal.SIGKILL)
    gateway.write("one", "new")
    gateway.has("one", "new")

    assert len(gateway.noted("loads")) == 2
    until(lambda: gateway.noted("ends") == [before])


def test_gateway_that_is_told_to_stop_finishes_its_answers(gateway):
    begun, texts = threading.Event(), []
    asker = threading.Thread(target=lambda: texts.append(stream_of(gateway, 20, begun)))
    asker.start()
    assert begun.wait(60)
    everyone = gateway.everyone()

    assert gateway.stop() == 0

    asker.join()
    assert texts[0].endswith("19 end")
    until(lambda: are_gone(everyone))
    assert len(gateway.noted("ends")) == 1
    assert "Traceback" not in gateway.said


def test_gateway_that_finishes_its_answers_refuses_new_connections_at_once(make_gateway):
    """In the queue of a port on which nobody accepts any more they would wait until the last answer has ended."""
    gateway = make_gateway(stop_seconds=300).start().wait_until_ready()
    with httpx.stream("GET", f"{gateway.url}/stream?pause=0.05", timeout=60) as answer:
        parts = answer.iter_text()
        next(parts)
        gateway.process.send_signal(signal.SIGTERM)

        until(lambda: is_refused(gateway))

        assert gateway.process.is_running()
        gateway.end_streams()
        assert "".join(parts).endswith("end")
    assert gateway.process.wait(60) == 0


def is_refused(gateway):
    try:
        gateway.ask()
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        pass
    return False


def test_gateway_that_is_told_to_stop_goes_on_answering_until_callers_know(make_gateway):
    gateway = make_gateway(stop_delay=2).start().wait_until_ready()
    gateway.process.send_signal(signal.SIGTERM)

    answers = 0
    while is_answered(gateway):
        answers += 1
    assert answers > 10
    assert gateway.process.wait(60) == 0


def test_stop_does_not_wait_longer_than_its_grace(make_gateway):
    gateway = make_gateway(stop_seconds=0.3).start().wait_until_ready()
    begun = threading.Event()

    def be_cut():
        with pytest.raises(httpx.RemoteProtocolError):
            stream_of(gateway, 400, begun)

    asker = threading.Thread(target=be_cut)
    asker.start()
    assert begun.wait(60)

    assert gateway.stop() == 0
    asker.join()
    assert "requests=1" in gateway.said


@pytest.mark.parametrize("loads_for", ["0", "30"])
def test_killed_supervisor_leaves_nothing_and_its_port_can_be_used_again(make_gateway, loads_for):
    gateway = make_gateway().start(LOADS_FOR=loads_for)
    until(lambda: gateway.noted("loads"))
    if loads_for == "0":
        gateway.wait_until_ready()
        gateway.write("one", "never-starts")
        until(lambda: len(gateway.noted("starts")) == 2)
    everyone = gateway.everyone()
    gateway.kill()

    until(lambda: are_gone(everyone))
    if loads_for == "0":
        gateway.write("one")
        make_gateway(port=gateway.port).start().wait_until_ready()


def test_catalogue_of_a_killed_gateway_is_removed_by_the_next_one_and_that_of_a_living_one_is_not(
    make_gateway, tmp_path
):
    temporary = {"TMPDIR": str(tmp_path)}
    killed = make_gateway("killed").start(**temporary).wait_until_ready()
    (left,) = tmp_path.glob("portal-catalogue-*")
    assert [file.suffix for file in left.iterdir() if file.is_file()] == [".yaml"]
    killed.kill()

    living = make_gateway("living").start(**temporary).wait_until_ready()
    (used,) = tmp_path.glob("portal-catalogue-*")
    make_gateway("another").start(**temporary).wait_until_ready()

    assert used != left
    assert len(list(tmp_path.glob("portal-catalogue-*"))) == 2
    assert used.exists()
    assert living.stop() == 0
    assert not used.exists()


def test_taken_port_is_said_in_one_line(gateway, make_gateway):
    second = make_gateway("second", port=gateway.port).start()

    assert second.process.wait(60) == 1
    reason = "Address already in use"
    assert second.said == f"The gateway can't listen on 127.0.0.1:{gateway.port}: {reason}.\n"


def test_port_belongs_to_the_gateway_before_it_answers(make_gateway):
    gateway = make_gateway().start(LOADS_FOR="2")
    until(lambda: gateway.noted("loads"))
    second = make_gateway("second", port=gateway.port).start()

    assert second.process.wait(60) == 1
    assert gateway.wait_until_ready()


def test_what_workers_write_can_go_elsewhere(make_gateway, tmp_path):
    copy = tmp_path / "litellm.log"
    gateway = make_gateway(copy_to=str(copy)).start().wait_until_ready()

    assert until(copy.read_text) == "stand-in: loads\n"
    assert "stand-in" not in gateway.said


def test_supervisor_is_light(gateway):
    assert psutil.Process(gateway.process.pid).memory_info().rss < 100_000_000
