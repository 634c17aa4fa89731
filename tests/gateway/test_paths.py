"""Only the listed paths reach the upstream, whatever is done to the path."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = pytest.mark.req("G1")

ALLOWED = {
    "POST /v1/chat/completions",
    "POST /v1/completions",
    "POST /v1/embeddings",
    "POST /v1/audio/transcriptions",
    "POST /v1/images/generations",
    "POST /v1/responses",
    "GET /v1/models",
}
UNKNOWN = [
    "",
    "/",
    "//",
    "/key/generate",
    "/key/info",
    "/team/new",
    "/user/new",
    "/ui",
    "/ui/",
    "/health",
    "/metrics",
    "/v1/chat/completions",
    "/openai/deployments/x/chat/completions",
    "/chat/completions/",
    "//chat/completions",
    "/chat//completions",
    "/./chat/completions",
    "/chat/../chat/completions",
    "/../key/generate",
    "/../../key/generate",
    "/chat/completions/../../../key/generate",
    "/chat/completions/..%2f..%2fkey%2fgenerate",
    "/..%2fkey%2fgenerate",
    "/%2e%2e/key/generate",
    "/%252e%252e/key/generate",
    "/chat%2Fcompletions",
    "/chat%2fcompletions",
    "/chat/completion%73",
    "/%2Fkey%2Fgenerate",
    "/chat/completions;x=1",
    "/chat/completions%3Bx",
    "/chat/completions%00",
    "/chat/completions%0a",
    "/key%0agenerate",
    "/chat/completions%20",
    "/chat\\completions",
    "/..\\key\\generate",
    "/chat%5Ccompletions",
    "/CHAT/COMPLETIONS",
    "/chat/completions%3F",
    "/chat/completions%23",
    "/realtime",
    "/audio/speech",
    "/batches",
    "/files",
]


CLOSING = "connection: close\r\ncontent-length: 0\r\n"


def ask_raw(url: str, method: str, path: str, headers: str = CLOSING, *, key: str = "sk-any") -> bytes:
    """The path as it is: every client library would tidy it first."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"{method} {address.path}{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n{headers}\r\n"
        connection.sendall(head.encode("latin-1"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", UNKNOWN)
def test_any_other_path_is_not_found_and_never_reaches_the_upstream(recorder, recorder_door, method: str, path: str):
    recorder.heads.clear()

    answer = ask_raw(recorder_door, method, path)

    assert answer.startswith(b"HTTP/1.1 404")
    assert b'"code": "not_found"' in answer
    assert recorder.heads == []


@pytest.mark.parametrize("path", UNKNOWN)
def test_platform_does_not_know_it_either(platform, path: str):
    for method in ("GET", "POST"):
        answer = ask_raw(f"{platform.portal_url}/api/v1", method, path, key=platform.admin_key)

        assert answer.startswith(b"HTTP/1.1 404"), method


@pytest.mark.parametrize(
    "path", ["/key/generate", "/team/new", "/ui", "/ui/", "/v1/models", "/sso/key/generate", "//ui"]
)
def test_platform_has_no_way_to_the_administration(platform, path: str):
    for method in ("GET", "POST"):
        answer = ask_raw(platform.portal_url, method, path, key=platform.admin_key)

        assert answer.startswith(b"HTTP/1.1 404"), method


@pytest.mark.parametrize(
    "path", ["/models/..%2F..%2Fkey%2Fgenerate", "/models/../../ui", "/models%2Fx", "/models/%00", "/models/"]
)
def test_name_of_a_model_never_becomes_a_path(recorder, recorder_door, path: str):
    recorder.heads.clear()

    answer = ask_raw(recorder_door, "GET", path)

    assert answer.startswith(b"HTTP/1.1 404")
    assert b'"code": "model_not_found"' in answer
    assert all(head.startswith(b"GET /v1/models HTTP") for head in recorder.heads)


@pytest.mark.parametrize("path", ["/models/org/name", "/models/org%2Fname", "/models/org%2fname"])
def test_name_of_a_model_may_contain_slashes(recorder_door, http: httpx.Client, path: str):
    answer = http.get(recorder_door + path)

    assert answer.json() == {"id": "org/name", "object": "model"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/chat/completions", "POST"),
        ("DELETE", "/embeddings", "POST"),
        ("OPTIONS", "/responses", "POST"),
        ("POST", "/models", "GET"),
        ("DELETE", "/models/org/name", "GET"),
    ],
)
def test_wrong_method_names_the_right_one(
    recorder, recorder_door, http: httpx.Client, method: str, path: str, allowed: str
):
    recorder.heads.clear()

    answer = http.request(method, recorder_door + path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert recorder.heads == []


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_listed_path_reaches_the_same_path_below_v1(recorder, recorder_door, http: httpx.Client, name: str):
    recorder.heads.clear()
    method, path = name.split(" /v1")

    sent = {"files": {"file": ("a.wav", b"RIFF")}} if "audio" in path else {"content": b"{}"}
    url = f"{recorder_door}{path}?team_id=x&return_wildcard_routes=true"
    http.request(method, url, **sent)

    assert [head.split(" HTTP")[0] for head in map(bytes.decode, recorder.heads)] == [name]


def test_socket_is_refused(recorder_door):
    hello = "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    answer = ask_raw(recorder_door, "GET", "/realtime", hello.replace("upgrade:", "connection: upgrade\r\nupgrade:", 1))

    assert answer.startswith(b"HTTP/1.1 403")
