import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from people import SomePerson
from waiting import wait_until

CHAT = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}]}
REASON = {"reason": "Sent spam through our models"}
STOP_SECONDS = 5


@dataclass(frozen=True)
class Claimant:
    """Somebody with a key that works, and no account."""

    client: httpx.Client
    person_id: str
    key_id: str
    secret: str
    api: str

    def ask(self) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.secret}"}
        return httpx.post(f"{self.api}/chat/completions", json=CHAT, headers=headers, timeout=60)

    def stops(self) -> None:
        """Nothing that is asked after the time that we promise is answered."""
        called_at = time.monotonic()
        asked_at = called_at
        while (status := self.ask().status_code) not in {401, 403}:
            assert asked_at - called_at < STOP_SECONDS, status
            time.sleep(0.1)
            asked_at = time.monotonic()

    def works(self) -> None:
        wait_until(lambda: self.ask().status_code == 200)


@pytest.fixture
def olga(member) -> SomePerson:
    """She operates, and has signed in just now."""
    return member(is_operator=True, name="Olga")


@pytest.fixture
def claimant(platform, browse, portal_database) -> Callable[..., Claimant]:
    def claim(url: str = platform.portal_url, *, name: str = "My key") -> Claimant:
        client = browse(url)
        answer = client.post("/api/keys/claim", json={"accept_terms": True, "name": name})
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Claimant(client, person_of(portal_database, made["id"]), made["id"], made["key"], f"{url}/api/v1")

    return claim


def person_of(database: psycopg.Connection, key_id: str) -> str:
    return str(database.execute("SELECT person_id FROM issued_key WHERE id = %s", [key_id]).fetchone()[0])


@pytest.fixture
def events(portal_database) -> Callable[[str], list[tuple[str, str | None, dict[str, str]]]]:
    """`events(person_id)`: action, actor and details, oldest first, of what operators did."""

    def read(person_id: str) -> list[tuple[str, str | None, dict[str, str]]]:
        query = "SELECT action, actor_id, details FROM event WHERE person_id = %s AND actor_id IS NOT NULL ORDER BY at"
        rows = portal_database.execute(query, [person_id]).fetchall()
        return [(action, str(actor), details) for action, actor, details in rows]

    return read
