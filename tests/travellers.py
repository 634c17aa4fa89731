"""Somebody with a key of their own at the gateway itself, and what LiteLLM has written down of them."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
from platform_run import Platform
from waiting import wait_until

MODEL = "express"
TEAM = "chatapi-auth0"


def is_express(answer: httpx.Response) -> bool:
    return answer.headers.get("x-gateway-way") == "express"


class Traveller:
    """Somebody with a key of their own, at the gateway itself."""

    def __init__(self, url: str, key: str) -> None:
        self.key = key
        self.token = hashlib.sha256(key.encode()).hexdigest()
        self.client = httpx.Client(base_url=f"{url}/v1/", headers={"authorization": f"Bearer {key}"}, timeout=60)

    def ask(self, headers: dict[str, str] | None = None, **fields: object) -> httpx.Response:
        messages = [{"role": "user", "content": uuid.uuid4().hex}]
        body = {"model": MODEL, "messages": messages, **fields}
        return self.client.post("chat/completions", json=body, headers=headers)

    def stream(self, **fields: object):
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "stream": True, **fields}
        return self.client.stream("POST", "chat/completions", json=body)

    def warm(self, **fields: object) -> int:
        """So often that the next request is express; how many answers that took."""
        answers = 0

        def is_warm() -> bool:
            nonlocal answers
            answer = self.ask(max_tokens=1, **fields)
            assert answer.status_code == 200, answer.text
            answers += 1
            return is_express(answer)

        wait_until(is_warm)
        return answers


def said(answer: httpx.Response) -> str:
    return answer.json()["choices"][0]["message"]["content"]


def events(text: str) -> list[dict]:
    assert text.endswith("\n\n")
    return [json.loads(one.removeprefix("data: ")) for one in text.split("\n\n")[:-1] if one != "data: [DONE]"]


def words(text: str) -> str:
    return "".join(choice["delta"].get("content") or "" for one in events(text) for choice in one.get("choices", ()))


@contextmanager
def litellm_database(platform: Platform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(platform.database_url.rpartition("/")[0] + "/litellm") as connection:
        yield connection


def rows(platform: Platform, one: Traveller, columns: str = "request_id") -> list[tuple]:
    with litellm_database(platform) as connection:
        return connection.execute(
            f'SELECT {columns} FROM "LiteLLM_SpendLogs" WHERE api_key = %s', [one.token]
        ).fetchall()
