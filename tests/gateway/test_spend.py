"""What LiteLLM writes down of a request is what its client received: no tuning may change that."""

import hashlib
import json
import os
from collections import Counter

import httpx
import psycopg
import pytest

# US dollars, as the catalogue says.
IN, OUT = 0.0000002, 0.0000006


def question(text, **fields):
    return {"model": "sample-chat", "messages": [{"role": "user", "content": text}], **fields}


@pytest.fixture
def key(platform, member):
    made = member().client.post("/api/keys", json={"accept_terms": True, "name": "Spend"})
    return made.json()["key"]


@pytest.fixture
def ask(platform, key):
    with httpx.Client(base_url=f"{platform.portal_url}/api/v1", timeout=60) as client:
        client.headers["authorization"] = f"Bearer {key}"

        def post(path, body):
            answer = client.post(path, json=body)
            assert answer.status_code == 200, answer.text
            return answer

        yield post


def streamed_usage(answer):
    """And the text, put together."""
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    text = "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])
    return next(event["usage"] for event in events if event.get("usage")), text


def rows(platform, key):
    with psycopg.connect(platform.database_url.rpartition("/")[0] + "/litellm") as connection:
        query = 'SELECT prompt_tokens, completion_tokens, spend FROM "LiteLLM_SpendLogs" WHERE api_key = %s'
        return [*connection.execute(query, [hashlib.sha256(key.encode()).hexdigest()])]


@pytest.mark.req("G13", "K10")
def test_spend_rows_are_what_the_clients_received(platform, key, ask, wait_until):
    nonce = os.urandom(4).hex()
    received = []
    for _ in range(3):
        usage = ask("/chat/completions", question("How do I add a model?")).json()["usage"]
        received.append((usage["prompt_tokens"], usage["completion_tokens"]))
    for count in (5, 400):
        body = question(f"Count to {count}", stream=True, stream_options={"include_usage": True})
        usage, text = streamed_usage(ask("/chat/completions", body))
        assert text.split()[-1].strip(".") == str(count)
        received.append((usage["prompt_tokens"], usage["completion_tokens"]))
    usage = ask("/embeddings", {"model": "sample-embedding", "input": ["one", "two"]}).json()["usage"]
    embedded = (usage["prompt_tokens"], 0)
    kept = question(f"What is kept? {nonce}", cache={"use-cache": True})
    usage = ask("/chat/completions", kept).json()["usage"]
    received.append((usage["prompt_tokens"], usage["completion_tokens"]))
    for _ in range(2):
        assert ask("/chat/completions", kept).headers["x-cache"] == "hit"

    wait_until(lambda: len(rows(platform, key)) == len(received) + 3)
    written = Counter((one[0], one[1]) for one in rows(platform, key) if one[2])
    assert written - Counter([embedded]) == Counter(received)
    paid = sum(tokens_in * IN + tokens_out * OUT for tokens_in, tokens_out in received)
    chats = sum(spend for tokens_in, tokens_out, spend in rows(platform, key) if tokens_out)
    assert chats == pytest.approx(paid)
