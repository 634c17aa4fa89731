"""Exceptions of the application that a worker serves. Who has kept a connection asks once more on the same one."""

import http.client
import json

import pytest

pytestmark = pytest.mark.req("A3")


@pytest.fixture
def kept(gateway):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    yield connection
    connection.close()


def asked(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_exception_is_answered_as_openai_does_and_the_connection_goes_on(kept, gateway):
    status, body = asked(kept, "/raises?first")
    socket = kept.sock

    assert status == 500
    assert json.loads(body)["error"].keys() == {"message", "type", "param", "code"}
    assert asked(kept, "/")[0] == 200
    assert kept.sock is socket
    assert '"event": "gateway.unhandled", "reason": "RuntimeError"' in gateway.said
    assert "answer_and_raise" in gateway.said
    assert "correct-horse" not in gateway.said


def test_exception_after_a_whole_answer_does_not_close_the_connection(kept):
    """Starlette raises what it has answered."""
    assert asked(kept, "/raises?afterwards") == (200, b"whole")
    socket = kept.sock

    assert [asked(kept, "/")[0] for _ in range(5)] == [200] * 5
    assert kept.sock is socket


def test_exception_in_the_middle_of_an_answer_does_not_end_it_as_if_it_were_whole(kept):
    with pytest.raises(http.client.IncompleteRead):
        asked(kept, "/raises?in-the-middle")
