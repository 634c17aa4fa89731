"""`portal serve --role`: each part alone, and what it says of the addresses of the others."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from chat_client import open_chat, open_socket
from key_calls import chat, created
from portal_server import running_portal, wait_for_gateway
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.req("A2")
ROLES = ("web", "chat", "api")


@pytest.fixture(scope="module")
def urls(platform) -> Iterator[dict[str, str]]:
    """Of a portal for each role."""
    with ExitStack() as stack:
        yield {role: stack.enter_context(running_portal(platform, role=role)).url for role in ROLES}


def test_person_is_served_by_a_portal_for_each_role(urls, browse, member, chat_models):
    person = member(name="Alice")
    pages = browse(urls["web"])
    pages.cookies = person.client.cookies

    wait_for_gateway(urls["web"])
    for url in urls.values():
        assert httpx.get(f"{url}/healthz", timeout=60).json() == {"status": "ok"}
    key = created(person)["key"]
    with open_chat(person, urls["chat"]) as socket:
        answer = socket.ask("Hello", "chat-echo")[1][0]

    assert pages.get("/chat").status_code == 200
    assert [one["name"] for one in pages.get("/api/keys").json()["keys"]] == ["Notebook"]
    assert answer["content"] == "Hello"
    assert [one["title"] for one in pages.get("/api/conversations").json()["conversations"]] == ["Hello"]
    assert chat(urls["api"], key).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "owner"),
    [
        ("GET", "/", "web"),
        ("GET", "/static/css/base.css", "web"),
        ("GET", "/api/keys", "web"),
        ("GET", "/api/conversations", "web"),
        ("GET", "/chat", "web"),
        ("GET", "/api/chatter", "web"),
        ("POST", "/api/chat", "chat"),
        ("POST", "/api/chat/visit", "chat"),
        ("GET", "/api/v1/models", "api"),
        ("POST", "/api/v1/chat/completions", "api"),
    ],
)
def test_address_of_another_role_is_refused_as_misdirected(urls, browse, method: str, path: str, owner: str):
    answers = {role: browse(url).request(method, path) for role, url in urls.items()}

    assert {role for role, answer in answers.items() if answer.status_code != 421} == {owner}
    for role in set(ROLES) - {owner}:
        said = answers[role].json()
        assert (said["error"] if owner == "api" else said)["code"] == "served_elsewhere"
        assert answers[role].headers["x-request-id"]


def test_socket_of_the_chat_is_refused_where_there_is_no_chat(urls):
    with pytest.raises(InvalidStatus), open_socket(urls["web"]):
        pass


def test_readiness_asks_for_what_the_role_needs(portal_with, browse):
    """The door keeps nothing of its own: without Postgres and Redis, keys that LiteLLM knows go on."""
    nothing = {"database_url": "postgresql://nobody@127.0.0.1:9/portal", "redis_url": "redis://127.0.0.1:9/0"}
    with portal_with(role="api", **nothing) as door, portal_with(role="web", **nothing) as web:
        wait_for_gateway(web.url)
        assert browse(web.url).get("/readyz").status_code == 503
        ready = browse(door.url).get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"ready": True, "parts": {"gateway": "ok"}})


@pytest.mark.parametrize(("arguments", "environment"), [(("--role", "web,chta"), {}), ((), {"PORTAL_ROLE": "shop"})])
def test_unknown_role_is_refused_by_name(arguments: tuple[str, ...], environment: dict[str, str]):
    needed = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "LITELLM_ADMIN_KEY": "x"}
    command = [sys.executable, "-m", "portal.cli", "serve", *arguments]
    done = subprocess.run(command, env=needed | environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "PORTAL_ROLE: must be some of web, chat, api, separated by commas" in done.stderr
