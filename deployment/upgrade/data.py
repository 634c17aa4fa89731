"""Keys, chats and spend for a rehearsal, made as people make them; and whether they are still there afterwards."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from json import dumps, loads
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg import sql
from websockets.sync.client import connect

from deployment.upgrade.errors import CannotRehearse
from deployment.upgrade.platform_run import Place
from portal.backup.tables import Tables

MODEL = "sample-chat"
CLAIMS = 3
TERMS = {"accept_terms": True}
EMAIL, PASSWORD = "ada@example.org", "a quiet harbour at dawn"
WRITTEN_SECONDS = 60
FRAME_SECONDS = 60


@dataclass(frozen=True)
class Made:
    """The keys themselves stand in no backup."""

    keys: list[str]
    revoked: str


def make(place: Place) -> Made:
    """Visitors with a key each, and an account with two keys, of which one is revoked, and a chat."""
    keys = []
    for number in range(CLAIMS):
        with _browser(place) as visitor:
            keys.append(_created(visitor.post("/api/keys/claim", json={**TERMS, "name": f"Laptop {number}"}))["key"])
    with _browser(place) as ada:
        _created(ada.post("/api/auth/register", json={**TERMS, "email": EMAIL, "password": PASSWORD}))
        kept, revoked = (_created(ada.post("/api/keys", json={**TERMS, "name": name})) for name in ("Kept", "Revoked"))
        keys.append(kept["key"])
        asked = [
            completion(place, key, is_stream=is_stream)
            for key in [*keys, revoked["key"]]
            for is_stream in (False, True)
        ]
        if set(asked) != {HTTPStatus.OK}:
            raise CannotRehearse(f"The old version does not answer the keys that it has just made: {asked}.")
        ada.delete(f"/api/keys/{revoked['id']}").raise_for_status()
        chat(place, ada)
    _wait_for(lambda: _spend_rows(place) == len(asked) + 1, "LiteLLM has not written what was spent")
    return Made(keys, revoked["key"])


def changed(place: Place, made: Made) -> list[str]:
    """What does not work as it did, in words."""
    wrong = [
        f"a key of the data is answered with {status}"
        for key in made.keys
        for is_stream in (False, True)
        if (status := completion(place, key, is_stream=is_stream)) != HTTPStatus.OK
    ]
    if (status := completion(place, made.revoked, is_stream=False)) != HTTPStatus.UNAUTHORIZED:
        wrong.append(f"the revoked key is answered with {status}")
    with _browser(place) as ada:
        ada.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        if not ada.get("/api/conversations").raise_for_status().json()["conversations"]:
            wrong.append("the chat of the data is not listed")
    return wrong


def completion(place: Place, key: str, *, is_stream: bool) -> int:
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 20, "stream": is_stream}
    headers = {"authorization": f"Bearer {key}"}
    with _browser(place) as http:
        return http.post("/api/v1/chat/completions", json=body, headers=headers).status_code


def chat(place: Place, person: httpx.Client) -> None:
    token = person.post("/api/auth/token").raise_for_status().json()["access_token"]
    address = urlsplit(place.portal_url)._replace(scheme="ws", path="/api/chat").geturl()
    question = {"type": "send", "ref": str(uuid.uuid4()), "content": "Hello", "lanes": [{"lane": 0, "model": MODEL}]}
    with connect(address, additional_headers={"origin": place.portal_url}, proxy=None) as socket:
        for said, awaited in (({"type": "auth", "token": token}, {"ready"}), (question, {"done", "error"})):
            socket.send(dumps(said))
            while (kind := loads(socket.recv(timeout=FRAME_SECONDS))["type"]) not in awaited:
                pass
    if kind != "done":
        raise CannotRehearse("The old version does not answer in the chat.")


def rows(place: Place) -> dict[str, int]:
    """Per table of both databases."""
    counted = {}
    for url in (place.database_url, place.litellm_database_url):
        with psycopg.connect(url) as connection:
            for name in Tables(connection, "public").names():
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
                ((counted[name],),) = connection.execute(query)
    return counted


def migrations(place: Place) -> set[str]:
    with psycopg.connect(place.litellm_database_url) as connection:
        return {name for (name,) in connection.execute("SELECT migration_name FROM _prisma_migrations")}


def _spend_rows(place: Place) -> int:
    with psycopg.connect(place.litellm_database_url) as connection:
        ((count,),) = connection.execute('SELECT count(*) FROM "LiteLLM_SpendLogs"')
        return int(count)


def _browser(place: Place) -> httpx.Client:
    return httpx.Client(base_url=place.portal_url, timeout=60, trust_env=False)


def _created(answer: httpx.Response) -> Any:
    if answer.status_code != HTTPStatus.CREATED:
        raise CannotRehearse(f"The old version does not make what the rehearsal needs: {answer.text}")
    return answer.json()


def _wait_for(happens: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + WRITTEN_SECONDS
    while not happens():
        if time.monotonic() > deadline:
            raise CannotRehearse(f"{otherwise} after {WRITTEN_SECONDS} seconds.")
        time.sleep(0.5)
