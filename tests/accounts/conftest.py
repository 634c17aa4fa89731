"""People who came in by the front door: registered over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

PASSWORD = "a quiet harbour at dawn"


@dataclass(frozen=True)
class Account:
    client: httpx.Client
    email: str
    password: str = PASSWORD

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}


def new_email() -> str:
    return f"ada-{uuid4().hex}@example.org"


def register(client: httpx.Client, **changes: object) -> httpx.Response:
    body = {"email": new_email(), "password": PASSWORD, "accept_terms": True, **changes}
    return client.post("/api/auth/register", json=body)


@pytest.fixture
def account(platform, browse) -> Callable[..., Account]:
    """`account()`: somebody new with a local account, signed in; `account(url, marketing=True)` elsewhere."""

    def make(url: str = platform.portal_url, **changes: object) -> Account:
        client = browse(url)
        answer = register(client, **changes)
        assert answer.status_code == 201, answer.text
        return Account(client, answer.json()["email"])

    return make
