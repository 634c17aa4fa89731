"""From the client through door and LiteLLM to the endpoint, with the real parts."""

import json
from uuid import uuid4

import httpx
import pytest
from waiting import wait_until


@pytest.fixture
def key(visitor: httpx.Client) -> dict[str, str]:
    claim = visitor.post("/api/keys/claim", json={"accept_terms": True}).raise_for_status()
    return {"authorization": f"Bearer {claim.json()['key']}"}


def line_of(platform, request_id: str) -> dict | None:
    text = (platform.data_dir / "logs" / "sample-endpoint.log").read_text()
    return next((json.loads(line) for line in text.splitlines() if request_id in line), None)


@pytest.mark.req("G11")
def test_client_that_leaves_stops_the_endpoint(platform, visitor: httpx.Client, key: dict[str, str]):
    """The whole answer would take minutes."""
    request_id = f"leaving-{uuid4().hex}"
    messages = [{"role": "user", "content": "Count slowly to 5000"}]
    body = {"model": "sample-chat", "messages": messages, "stream": True}
    headers = {**key, "x-request-id": request_id}
    with visitor.stream("POST", "/api/v1/chat/completions", json=body, headers=headers) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        assert line_of(platform, request_id) is None
        pieces.close()

    wait_until(lambda: line_of(platform, request_id))
    assert line_of(platform, request_id)["status"] == 200
