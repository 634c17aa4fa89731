import socket
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = pytest.mark.req("G11")

LIMIT = 100_000


def test_body_of_the_largest_size_passes(recorder_door, http: httpx.Client):
    assert http.post(f"{recorder_door}/chat/completions", content=b"x" * LIMIT).status_code == 200


def test_larger_body_is_refused(recorder, recorder_door, http: httpx.Client):
    recorder.heads.clear()

    answer = http.post(f"{recorder_door}/chat/completions", content=b"x" * (LIMIT + 1))

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"
    assert recorder.heads == []


def test_larger_body_is_refused_when_its_length_is_not_declared(recorder, recorder_door, http: httpx.Client):
    recorder.heads.clear()

    answer = http.post(f"{recorder_door}/chat/completions", content=(b"x" * 10_000 for _ in range(11)))

    assert answer.status_code == 413
    assert recorder.heads == []


def test_declared_length_is_enough_to_refuse(recorder_door, upstream_key: str):
    """Not one byte of the body is waited for."""
    address = urlsplit(recorder_door)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        head = f"POST {address.path}/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {upstream_key}\r\n"
        connection.sendall(f"{head}content-length: {LIMIT + 1}\r\n\r\n".encode())
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413")


def test_client_that_leaves_while_it_uploads_is_forgotten(recorder, recorder_door, upstream_key: str, relayed):
    recorder.heads.clear()
    address = urlsplit(recorder_door)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        head = f"POST {address.path}/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {upstream_key}\r\n"
        connection.sendall(f"{head}content-length: 100\r\n\r\nhalf".encode())

    assert relayed()["status"] == 499
    assert recorder.heads == []
