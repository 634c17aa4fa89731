"""What tests about keys ask the portal, and LiteLLM through it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from people import SomePerson

TERMS = {"accept_terms": True}


def chat(url: str, key: str, **options: Any) -> httpx.Response:
    body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5, **options}
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{url}/api/v1/chat/completions", json=body, headers=headers, timeout=60)


def created(person: SomePerson, name: str = "Notebook", **fields: Any) -> dict[str, Any]:
    answer = person.client.post("/api/keys", json=TERMS | {"name": name} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {key["id"]: key for key in client.get("/api/keys").json()["keys"]}


Requests = list[Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]]


def at_once(client: httpx.Client, requests: Requests) -> list[int]:
    """The statuses, in order, of requests that are all sent before the first is answered."""
    return [answer.status_code for answer in answers_at_once(client, requests)]


def answers_at_once(client: httpx.Client, requests: Requests) -> list[httpx.Response]:
    async def send() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(requests))
        async with httpx.AsyncClient(
            base_url=client.base_url, cookies=dict(client.cookies), timeout=60, limits=limits
        ) as several:
            return await asyncio.gather(*(one(several) for one in requests))

    return asyncio.run(send())
