import asyncio
import re
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from waiting import wait_until

pytestmark = pytest.mark.req("G11")

LIMIT = 100_000
LARGEST = b'{"a": "' + b"x" * (LIMIT - 9) + b'"}'


def test_body_of_the_largest_size_passes(recorder_door, http: httpx.Client):
    assert http.post(f"{recorder_door}/chat/completions", content=LARGEST).status_code == 200


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
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"POST {address.path}/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {upstream_key}\r\n"
        connection.sendall(f"{head}content-length: {LIMIT + 1}\r\n\r\n".encode())
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413")


def test_bodies_of_one_process_have_room_for_so_many_bytes(recorder, door_to, http: httpx.Client, upstream_key: str):
    url = door_to(recorder.url, in_flight=80_000)
    address = urlsplit(url)
    head = f"POST {address.path}/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {upstream_key}\r\n"

    def is_refused() -> bool:
        """What is announced alone takes no room from anybody."""
        with socket.create_connection((address.hostname, address.port), timeout=0.5) as connection:
            connection.sendall(f"{head}content-length: 50000\r\n\r\n".encode())
            try:
                return connection.recv(65536).startswith(b"HTTP/1.1 503")
            except TimeoutError:
                return False

    assert not is_refused()
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(f"{head}content-length: 60000\r\n\r\n".encode() + b"x" * 50_000)
        wait_until(is_refused)
        answer = http.post(f"{url}/embeddings", content=b"x" * 50_000)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "gateway_busy")
        assert answer.headers["retry-after"] == "5"
        assert http.post(f"{url}/embeddings", json={}).status_code == 200
    wait_until(lambda: not is_refused())


def test_client_that_leaves_while_it_uploads_is_forgotten(recorder, recorder_door, upstream_key: str, relayed):
    recorder.heads.clear()
    address = urlsplit(recorder_door)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"POST {address.path}/embeddings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {upstream_key}\r\n"
        connection.sendall(f"{head}content-length: 100\r\n\r\nhalf".encode())

    assert relayed()["status"] == 499
    assert recorder.heads == []


class Wire:
    """A connection on which anything can be written."""

    def __init__(self, url: str, key: str) -> None:
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port), timeout=60)
        self.path, self.key = address.path, key

    def head(self, *headers: str, path: str = "/embeddings", version: str = "1.1") -> bytes:
        lines = [f"POST {self.path}{path} HTTP/{version}", "host: x", f"authorization: Bearer {self.key}", *headers]
        return "\r\n".join([*lines, "", ""]).encode()

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def read_until(self, end: bytes) -> bytes:
        answer = b""
        while end not in answer and (part := self.socket.recv(65536)):
            answer += part
        return answer

    def read_all(self) -> bytes:
        answer = b""
        while part := self.socket.recv(65536):
            answer += part
        return answer


@pytest.fixture
def wire_to(upstream_key: str):
    wires = []

    def connect(url: str) -> Wire:
        wires.append(Wire(url, upstream_key))
        return wires[-1]

    yield connect
    for wire in wires:
        wire.socket.close()


@pytest.fixture
def wire(recorder, recorder_door, wire_to) -> Wire:
    recorder.heads.clear()
    recorder.bodies.clear()
    return wire_to(recorder_door)


@pytest.mark.req("G10")
def test_upload_that_pauses_for_too_long_is_told_so(recorder, door_to, wire_to):
    recorder.heads.clear()
    wire = wire_to(door_to(recorder.url, upload_silence=0.2))
    wire.send(wire.head("content-length: 100"), b"half")

    answer = wire.read_until(b"}}")

    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"code": "request_timeout"' in answer
    assert b"x-request-id: " in answer
    assert recorder.heads == []


@pytest.mark.req("G10")
def test_upload_byte_by_byte_has_an_end_too(recorder, door_to, wire_to):
    wire = wire_to(door_to(recorder.url, upload=0.5, upload_silence=5))
    wire.send(wire.head("content-length: 1000"))
    wire.socket.settimeout(0.01)
    answer, deadline = b"", time.monotonic() + 60
    while not answer and time.monotonic() < deadline:
        wire.send(b"x")
        time.sleep(0.05)
        try:
            answer = wire.socket.recv(65536)
        except TimeoutError:
            continue

    assert answer.startswith(b"HTTP/1.1 408")


def test_body_that_ends_before_its_length_is_a_client_that_left(wire: Wire, recorder, relayed):
    wire.send(wire.head("content-length: 100"), b"half")
    wire.socket.shutdown(socket.SHUT_WR)

    assert wire.read_all() == b""
    assert relayed()["status"] == 499
    assert recorder.heads == []


def test_what_follows_a_body_is_not_part_of_it(wire: Wire, recorder):
    wire.send(wire.head("content-length: 2"), b"{}", b"garbage that is no request\r\n\r\n")

    answer = wire.read_all()

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) in ([b"200", b"400"], [b"400"])
    assert set(recorder.bodies) <= {b"{}"}


def test_two_requests_on_their_way_at_once_are_answered_in_turn(wire: Wire):
    last = wire.head("content-length: 2", "connection: close", path="/nothing-here")
    wire.send(wire.head("content-length: 2") + b"{}" + last + b"{}")

    answer = wire.read_all()

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404"]


@pytest.mark.parametrize(
    "headers",
    [
        ("content-length: 2", "transfer-encoding: chunked"),
        ("content-length: 2", "content-length: 3"),
        ("content-length: -1",),
        ("content-length: 99999999999999999999999",),
        ("content-length: abc",),
        ("bad header: x",),
        ("x: a\x00b",),
    ],
)
def test_head_that_could_be_read_in_two_ways_is_a_bad_request(wire: Wire, recorder, headers: tuple[str, ...]):
    wire.send(wire.head(*headers) + b"{}")

    assert wire.read_all().startswith(b"HTTP/1.1 400")
    assert recorder.heads == []


def test_chunks_of_a_wrong_size_are_a_bad_request(wire: Wire, recorder):
    wire.send(wire.head("transfer-encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n")

    assert wire.read_all().startswith(b"HTTP/1.1 400")
    assert recorder.heads == []


def test_old_client_is_answered(wire: Wire):
    wire.send(wire.head("content-length: 2", version="1.0"), b"{}")

    answer = wire.read_all()

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\nconnection: close\r\n" in answer
    assert b"transfer-encoding" not in answer


def test_client_that_asks_first_is_told_to_send(wire: Wire):
    wire.send(wire.head("content-length: 2", "expect: 100-continue", "connection: close"))
    assert wire.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 100 Continue")

    wire.send(b"{}")

    assert wire.read_all().startswith(b"HTTP/1.1 200")


@pytest.mark.req("G10")
def test_client_that_asks_first_is_spared_an_upload_that_is_too_large(wire: Wire):
    wire.send(wire.head(f"content-length: {LIMIT + 1}", "expect: 100-continue", "connection: close"))

    assert wire.read_all().startswith(b"HTTP/1.1 413")


def test_many_headers_are_no_trouble(wire: Wire, recorder):
    wire.send(wire.head("content-length: 2", "connection: close", *(f"x-{n}: {n}" for n in range(500))), b"{}")

    assert wire.read_all().startswith(b"HTTP/1.1 200")
    assert recorder.heads[-1].count(b"\r\n") < 12


@pytest.mark.req("G10")
def test_whole_answer_has_a_time_too(upstream_that, door_to, http: httpx.Client):
    """A model that sends a little now and then would otherwise never be cut off."""

    async def dribble(_, writer, __) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"9\r\ndata: 1\n\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    upstream = upstream_that(dribble)
    with http.stream("POST", f"{door_to(upstream.url, whole=1)}/chat/completions", json={}) as answer:
        text = b"".join(answer.iter_raw())

    assert text.startswith(b"data: 1\n\n")
    assert b'"code": "upstream_timeout"' in text.split(b"data: ")[-1]
    assert upstream.closed_by_peer.wait(60)


@pytest.mark.req("G1")
def test_browser_may_ask_for_every_site_and_without_cookies(recorder, recorder_door, http: httpx.Client):
    recorder.heads.clear()
    asked = {"origin": "https://app.example.com", "access-control-request-method": "POST"}

    preflight = httpx.options(f"{recorder_door}/chat/completions", headers=asked, timeout=60)
    answer = http.post(f"{recorder_door}/embeddings", json={}, headers={"origin": "https://app.example.com"})
    refusal = httpx.post(
        f"{recorder_door}/embeddings", json={}, headers={"origin": "https://app.example.com"}, timeout=60
    )

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-headers"] == "authorization, *"
    for one in (preflight, answer, refusal):
        assert one.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in one.headers
    assert len(recorder.heads) == 1
