"""What Prometheus is told, and who may read it."""

from uuid import uuid4

import httpx
import pytest
from scraped import samples
from waiting import wait_until

pytestmark = pytest.mark.req("G13", "A7")

QUESTION = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hi"}]}
TOKEN = "a-token-for-prometheus"


@pytest.fixture
def key(admin: httpx.Client) -> str:
    return admin.post("/key/generate", json={}).raise_for_status().json()["key"]


def test_requests_are_counted_by_route_model_and_status(platform, portal_with, key: str):
    with portal_with() as server:
        ask = httpx.Client(base_url=f"{server.url}/api/v1", headers={"authorization": f"Bearer {key}"}, timeout=30)
        with ask:
            whole = ask.post("/chat/completions", json=QUESTION)
            stream = ask.post("/chat/completions", json=QUESTION | {"stream": True})
            ask.post("/chat/completions", json=QUESTION | {"model": f"invented-{uuid4()}"})
            ask.get("/nothing-here")
        found = samples(server.url)

    assert found["portal_api_requests_total", "sample-chat", "chat/completions", "200"] == 2
    assert found["portal_api_requests_total", "", "chat/completions", "404"] == 1
    assert found["portal_api_requests_total", "", "unknown", "404"] == 1
    assert found["portal_api_errors_total", "model_not_found"] == 1
    assert found["portal_api_first_byte_seconds_count", "chat/completions"] == 2
    assert found["portal_api_duration_seconds_count", "chat/completions"] == 3
    assert found["portal_api_bytes_total", "sent"] > len(whole.content) + len(stream.content)
    assert found["portal_api_requests_in_flight",] == found["portal_api_streams_in_flight",] == 0
    assert found["process_cpu_seconds_total",] > 0
    assert sum(found["portal_gateway_state", state] for state in ("ready", "starting", "unavailable")) == 1


def test_name_that_nobody_offers_makes_no_label(platform, key: str):
    invented = f"invented-{uuid4()}"
    headers = {"authorization": f"Bearer {key}"}
    httpx.post(
        f"{platform.portal_url}/api/v1/chat/completions",
        json=QUESTION | {"model": invented},
        headers=headers,
        timeout=60,
    )
    httpx.get(f"{platform.portal_url}/api/v1/{invented}", headers=headers, timeout=60)

    for url in (platform.portal_url, platform.gateway_url):
        assert invented not in httpx.get(f"{url}/metrics", timeout=60).text


def test_stream_that_is_on_its_way_is_seen(portal_with, key: str):
    question = QUESTION | {"stream": True, "messages": [{"role": "user", "content": "Count slowly to 5000"}]}
    with portal_with() as server:
        url, headers = f"{server.url}/api/v1/chat/completions", {"authorization": f"Bearer {key}"}
        with httpx.stream("POST", url, json=question, headers=headers, timeout=30) as answer:
            pieces = answer.iter_raw()
            next(pieces)
            assert samples(server.url)["portal_api_streams_in_flight",] == 1
            pieces.close()
        left = ("portal_api_requests_total", "sample-chat", "chat/completions", "499")
        wait_until(lambda: samples(server.url).get(left) == 1)
        assert samples(server.url)["portal_api_streams_in_flight",] == 0


def test_keys_that_are_issued_are_counted(platform, visitor: httpx.Client):
    before = samples(platform.portal_url).get(("portal_events_total", "keys.issued", "info"), 0)

    visitor.post("/api/keys/claim", json={"accept_terms": True}).raise_for_status()

    assert samples(platform.portal_url)["portal_events_total", "keys.issued", "info"] > before


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_metrics_do_not_exist_for_visitors_of_a_proxy(platform, header: str):
    assert httpx.get(f"{platform.portal_url}/metrics", headers={header: "127.0.0.1"}, timeout=60).status_code == 404


def test_metrics_ask_for_the_token_where_one_is_set(portal_with):
    with portal_with(metrics_token=TOKEN) as server:
        statuses = [
            httpx.get(f"{server.url}/metrics", headers=headers, timeout=60).status_code
            for headers in (
                {},
                {"authorization": "Bearer wrong"},
                {"authorization": TOKEN},
                {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "8.8.8.8"},
            )
        ]

    assert statuses == [404, 404, 404, 200]


def test_metrics_tell_no_secret(platform, key: str):
    headers = {"authorization": f"Bearer {key}"}
    httpx.post(
        f"{platform.portal_url}/api/v1/chat/completions", json=QUESTION, headers=headers, timeout=60
    ).raise_for_status()

    for url in (platform.portal_url, platform.gateway_url):
        text = httpx.get(f"{url}/metrics", timeout=60).text
        assert [secret for secret in (key, platform.admin_key, "postgresql://", "redis://") if secret in text] == []
