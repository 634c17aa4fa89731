"""What Prometheus learns of a gateway."""

from uuid import uuid4

import httpx
import pytest
from scraped import named, samples

pytestmark = pytest.mark.req("A7", "G13")


def test_paths_and_models_that_nobody_offers_add_no_series(platform, admin: httpx.Client):
    junk = [uuid4().hex for _ in range(20)]
    admin.get("/nothing-here")
    ask(admin, "nobody-has-this")
    before = samples(platform.gateway_url)

    for word in junk:
        admin.get(f"/{word}")
        admin.post(f"/v1/{word}")
        ask(admin, word)

    after = samples(platform.gateway_url)
    assert {sample[:2] for sample in after if sample[0] == "gateway_requests_total"} <= {
        sample[:2] for sample in before
    }
    other = ("gateway_requests_total", "other", "404")
    assert after[other] >= before[other] + 40
    assert [sample for sample in after if set(sample) & set(junk)] == []


def test_requests_tokens_and_waiting_spend_are_told(platform, admin: httpx.Client):
    before = samples(platform.gateway_url)
    ask(admin, "sample-chat").raise_for_status()
    after = samples(platform.gateway_url)

    answered = ("gateway_requests_total", "/v1/chat/completions", "200")
    assert after[answered] == before.get(answered, 0) + 1
    assert after["gateway_duration_seconds_count", "/v1/chat/completions"] >= 1
    assert after["gateway_spend_waiting",] >= 0
    assert set(named(after, "gateway_endpoint_resting").values()) <= {0, 1}
    assert len(named(after, "gateway_build_info")) == 1


def ask(admin: httpx.Client, model: str) -> httpx.Response:
    question = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    return admin.post("/v1/chat/completions", json=question)
