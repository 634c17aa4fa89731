"""What is no key is turned away before its body is read; what may be one is LiteLLM's to judge."""

import asyncio
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from key_calls import created

from portal.clients.litellm_proxy import ProxyUnavailable
from portal.core.crypto import digest, new_api_key
from portal.gateway.errors import ApiError
from portal.gateway.key_check import KNOWN_SECONDS, MOST_REMEMBERED, UNKNOWN_SECONDS, KeyCheck

pytestmark = pytest.mark.req("G1")

MASTER = "sk-master"
ANSWER_SECONDS = 20
QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}]}


class Keys:
    """LiteLLM's, as a test says, and how often it was asked."""

    def __init__(self, *keys: str) -> None:
        self.tokens = {digest(key) for key in keys}
        self.asked = 0
        self.now = 0.0
        self.is_there = True
        self.check = KeyCheck(self._find, MASTER, lambda: self.now)

    async def _find(self, token: str) -> bool:
        self.asked += 1
        await asyncio.sleep(0)
        if not self.is_there:
            raise ProxyUnavailable(reached=False)
        return token in self.tokens

    async def lets_in(self, key: str) -> bool:
        try:
            await self.check(key)
        except ApiError as error:
            return error.code != "invalid_api_key"
        return True


async def test_a_known_key_is_asked_for_once_in_a_while():
    ours, operators = new_api_key(), "sk-made-by-hand"
    keys = Keys(ours, operators)

    assert [await keys.lets_in(key) for key in (ours, operators) * 3] == [True] * 6
    assert keys.asked == 2
    keys.now = KNOWN_SECONDS + 1
    assert await keys.lets_in(ours)
    assert keys.asked == 3


async def test_requests_of_one_moment_ask_once():
    key = new_api_key()
    keys = Keys(key)

    assert await asyncio.gather(*[keys.lets_in(key) for _ in range(50)]) == [True] * 50
    assert keys.asked == 1


async def test_an_unknown_key_is_asked_for_again_after_seconds():
    key = new_api_key()
    keys = Keys()

    assert [await keys.lets_in(key) for _ in range(5)] == [False] * 5
    assert keys.asked == 1
    keys.tokens.add(digest(key))
    keys.now = UNKNOWN_SECONDS + 0.1
    assert await keys.lets_in(key)


async def test_what_has_not_the_form_is_asked_of_nobody():
    good = new_api_key()
    keys = Keys(MASTER, good)
    mistyped = good[:-1] + ("a" if good[-1] != "a" else "b")
    wrong = [mistyped, "key-x", "x", "", MASTER]

    assert [await keys.lets_in(key) for key in wrong] == [False] * len(wrong)
    assert keys.asked == 0


async def test_memory_is_bounded():
    keys = Keys()
    for number in range(MOST_REMEMBERED + 100):
        await keys.lets_in(f"sk-{number}")

    assert len(keys.check._unknown) == MOST_REMEMBERED


async def test_where_nobody_knows_litellm_is_left_to_say_so():
    keys = Keys()
    keys.is_there = False

    assert await keys.lets_in(new_api_key())


async def test_somebody_who_leaves_takes_nothing_from_the_others():
    key = new_api_key()
    keys = Keys(key)
    first = asyncio.create_task(keys.lets_in(key))
    await asyncio.sleep(0)
    others = [asyncio.create_task(keys.lets_in(key)) for _ in range(3)]
    await asyncio.sleep(0)
    first.cancel()

    assert await asyncio.gather(*others) == [True] * 3


def answer_before_the_body(url: str, key: str) -> bytes:
    """The first line of it, for a request whose body never comes."""
    address = urlsplit(url)
    lines = [
        f"POST {address.path}/chat/completions HTTP/1.1",
        "host: x",
        f"authorization: Bearer {key}",
        "content-type: application/json",
        "content-length: 90000",
    ]
    with socket.create_connection((address.hostname, address.port), timeout=ANSWER_SECONDS) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection.recv(65536).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "key",
    [new_api_key(), new_api_key()[:-1], "sk-nobody", "nothing"],
    ids=["never issued", "cut", "sk-nobody", "nothing"],
)
def test_the_body_of_a_stranger_is_not_read(platform, key: str):
    assert answer_before_the_body(f"{platform.portal_url}/api/v1", key).startswith(b"HTTP/1.1 401")


def test_the_master_key_is_no_key_here(platform):
    with httpx.Client(base_url=f"{platform.portal_url}/api/v1", timeout=60) as client:
        client.headers["authorization"] = f"Bearer {platform.admin_key}"
        answers = [client.get("/models"), client.post("/chat/completions", json=QUESTION)]

    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [
        (401, "invalid_api_key")
    ] * 2


def test_a_new_key_works_at_once_whoever_made_it(platform, admin: httpx.Client, member):
    ours = created(member())["key"]
    operators = [
        admin.post("/key/generate", json=more).raise_for_status().json()["key"]
        for more in ({}, {"key": f"sk-by-hand-{new_api_key()[-20:]}"})
    ]
    for key in (ours, *operators):
        headers = {"authorization": f"Bearer {key}"}
        answer = httpx.post(
            f"{platform.portal_url}/api/v1/chat/completions", headers=headers, json=QUESTION, timeout=60
        )
        assert answer.status_code == 200, answer.text
