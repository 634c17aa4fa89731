import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
from key_calls import created
from leaving import asking
from model_endpoint import Endpoint
from platform_run import Platform
from portal_server import served
from travellers import MODEL, TEAM, Traveller

# Read by LiteLLM while it is imported; else it would ask the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


@dataclass(frozen=True)
class Answer:
    """What the client has in the end: the text, and the code of the error, which may come after half of the text."""

    status: int
    text: str
    error: str | None
    headers: httpx.Headers
    body: str

    @classmethod
    def of(cls, response: httpx.Response) -> "Answer":
        response.read()
        text, error = "", None
        if response.headers["content-type"].startswith("text/event-stream"):
            events = [event.removeprefix("data: ") for event in response.text.split("\n\n") if event]
            assert error or events, "an empty stream"
            for event in events:
                content = {} if event == "[DONE]" else json.loads(event)
                error = error or content.get("error", {}).get("code")
                text += "".join(choice["delta"].get("content") or "" for choice in content.get("choices", ()))
            assert (events[-1] == "[DONE]") == (error is None), "a false end, or none"
        else:
            content = response.json()
            error = content["error"]["code"] if "error" in content else None
            text = content["choices"][0]["message"]["content"] if "choices" in content else ""
        return cls(response.status_code, text, error, response.headers, response.text)


class Client:
    """Somebody with a key, at the public door."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = f"{url}/api/v1", key
        self._http = httpx.Client(base_url=f"{self._url}/", headers={"authorization": f"Bearer {key}"}, timeout=60)

    def ask(self, model: str, question: str = "", *, stream: bool = False, **extra: object) -> Answer:
        """A question that nobody asked before, unless one is given."""
        with self.asking(model, question, stream=stream, **extra) as response:
            return Answer.of(response)

    def asking(self, model: str, question: str = "", *, stream: bool = False, **extra: object):
        return self._http.stream("POST", "chat/completions", json=body_of(model, question, stream=stream, **extra))

    def leaving(self, model: str, *, stream: bool = False):
        """Asks at the beginning and is gone at the end."""
        return asking(self._url, "chat/completions", self._key, **body_of(model, stream=stream))

    def post(self, path: str, **body: object) -> httpx.Response:
        return self._http.post(path, json=body)

    def close(self) -> None:
        self._http.close()


def body_of(model: str, question: str = "", **extra: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": question or uuid.uuid4().hex}], **extra}


@pytest.fixture(scope="module")
def endpoint_ports(platform: Platform) -> dict[str, list[int]]:
    assert platform.endpoint_ports, "these tests need a gateway of their own: unset LITELLM_API_ENDPOINT"
    return dict(platform.endpoint_ports)


@pytest.fixture
def endpoints(endpoint_ports: dict[str, list[int]]) -> Iterator[Callable[..., list[Endpoint]]]:
    """`first, second = endpoints("routing-rest", "500", "")`, each with its fault; `refused` does not listen."""
    with ExitStack() as stack:

        def start(model: str, *faults: str, heals: bool = False) -> list[Endpoint]:
            names = ("first", "second", "third", "fourth")
            started = [Endpoint(name, fault, heals=heals) for name, fault in zip(names, faults, strict=False)]
            for endpoint, port in zip(started, endpoint_ports[model], strict=True):
                if endpoint.fault != "refused":
                    stack.enter_context(served(endpoint, port))
            return started

        yield start


@pytest.fixture
def client_with(platform: Platform, admin: httpx.Client) -> Iterator[Callable[..., Client]]:
    """`client_with(max_parallel_requests=1)`: a person of their own with a key that has these limits."""
    with ExitStack() as stack:

        def make(**limits: object) -> Client:
            user = admin.post("/user/new", json={"user_id": f"routing-{uuid.uuid4().hex}", "auto_create_key": False})
            key = admin.post("/key/generate", json={"user_id": user.json()["user_id"], **limits}).json()["key"]
            client = Client(platform.portal_url, key)
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(platform: Platform, admin: httpx.Client) -> Iterator[Client]:
    """Somebody who belongs to nobody, and has no limits."""
    key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
    client = Client(platform.portal_url, key)
    yield client
    client.close()


@pytest.fixture
def traveller(platform: Platform, admin: httpx.Client, member) -> Iterator[Callable[..., Traveller]]:
    """`traveller(rpm_limit=5)`: a new person with these limits, which is no change that gateways must hear of."""
    if not admin.get("/team/info", params={"team_id": TEAM}).is_success:
        created(member())
    with ExitStack() as stack:

        def make(**limits: object) -> Traveller:
            person = f"express-{uuid.uuid4().hex}"
            admin.post("/user/new", json={"user_id": person, "auto_create_key": False, **limits}).raise_for_status()
            made = admin.post("/key/generate", json={"user_id": person, "team_id": TEAM}).raise_for_status().json()
            one = Traveller(platform.gateway_url, made["key"])
            stack.callback(one.client.close)
            return one

        yield make


@pytest.fixture
def both(endpoints) -> list[Endpoint]:
    """Those of the model `express`."""
    return endpoints(MODEL, "", "")
