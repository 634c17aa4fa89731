"""The figures that people see are the ones that their clients received."""

import csv
import io
import time
from datetime import UTC, datetime

import httpx
import openai
import pytest
from portal_server import running_portal

NOBODY = "http://127.0.0.1:9"
LATE_SECONDS = 60
# No other test comes from there, so what is counted per address is counted for these alone.
ADDRESS = "172.16.0.1"
QUESTION = [{"role": "user", "content": "How do I add a model?"}]
# The catalogue of the tests has it, and nobody serves its endpoint here.
UNREACHABLE = "routing-alone"
TOKENS_OF_QUESTION = 14


def claim(client, name="My key"):
    answer = client.post("/api/keys/claim", json={"accept_terms": True, "name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()


def counted(client, requests, days=30):
    """The usage once LiteLLM has added up so many requests, within the minute that the page promises."""
    deadline = time.monotonic() + LATE_SECONDS
    while (usage := client.get("/api/usage", params={"days": days}).json())["total"]["requests"] < requests:
        assert time.monotonic() < deadline, usage["total"]
        time.sleep(0.5)
    return usage


@pytest.fixture(scope="module")
def used(platform):
    """Somebody with two keys who asked two models and once for one that there is not; and what was received."""
    with (
        httpx.Client(base_url=platform.portal_url, timeout=60) as here,
        running_portal(platform, permissionless_active_keys=2) as server,
        httpx.Client(base_url=server.url, headers={"x-forwarded-for": ADDRESS}, timeout=60) as client,
    ):
        keys = [claim(client, "Laptop"), claim(client, '=HYPERLINK("x")<b>')]
        here.cookies.set("portal_session", client.cookies["portal_session"])
        yield here, keys, use_them(platform, keys)


def use_them(platform, keys):
    received = []
    for key, model, times in (
        (keys[0], "sample-chat", 2),
        (keys[1], "sample-chat", 1),
        (keys[1], "sample-reasoning", 1),
    ):
        sdk = openai.OpenAI(base_url=f"{platform.portal_url}/api/v1", api_key=key["key"], max_retries=0)
        for _ in range(times):
            usage = sdk.chat.completions.create(model=model, messages=QUESTION).usage
            received.append((key["id"], model, usage.prompt_tokens, usage.completion_tokens))
        sdk.close()
    headers = {"authorization": f"Bearer {keys[0]['key']}"}
    body = {"model": UNREACHABLE, "messages": QUESTION}
    failed = httpx.post(f"{platform.portal_url}/api/v1/chat/completions", json=body, headers=headers, timeout=60)
    assert failed.status_code >= 500
    return received


@pytest.mark.req("K10")
def test_figures_are_what_the_clients_received_by_day_model_and_key(used, admin):
    client, keys, received = used

    usage = counted(client, 5)

    # LiteLLM counts the words of a question that an endpoint did not answer.
    tokens_in = sum(one[2] for one in received) + TOKENS_OF_QUESTION
    tokens_out = sum(one[3] for one in received)
    total = usage["total"]
    assert (total["requests"], total["failures"]) == (5, 1)
    assert (total["tokens_in"], total["tokens_out"], total["tokens"]) == (tokens_in, tokens_out, tokens_in + tokens_out)
    assert {one["model"]: one["requests"] for one in usage["models"]} == {
        # One of them failed: LiteLLM books it under the name that its endpoint knows.
        "sample-chat": 4,
        "sample-reasoning": 1,
    }
    assert {one["id"]: one["requests"] for one in usage["keys"]} == {keys[0]["id"]: 3, keys[1]["id"]: 2}
    by_key = {one["id"]: one["tokens_out"] for one in usage["keys"]}
    assert by_key == {key["id"]: sum(one[3] for one in received if one[0] == key["id"]) for key in keys}
    assert len(usage["days"]) == 30
    assert usage["days"][-1]["day"] == datetime.now(UTC).date().isoformat()
    assert sum(day["requests"] for day in usage["days"]) == 5

    page = client.get("/usage").text
    assert "Laptop" in page
    assert f"{tokens_in + tokens_out:,}" in page
    assert "5 requests, 1 failed in 30 days" in page
    assert "<b>" not in page

    rows = list(csv.DictReader(io.StringIO(client.get("/usage.csv").text)))
    assert sum(int(row["tokens_out"]) for row in rows) == tokens_out
    assert {row["key"] for row in rows} == {"Laptop", '\'=HYPERLINK("x")<b>'}

    admin.post("/key/delete", json={"key_aliases": [keys[0]["id"]]})
    again = client.get("/api/usage").json()
    assert {one["name"] for one in again["keys"]} >= {"Laptop"}
    assert again["total"] == total


@pytest.mark.req("K10", "K13")
def test_nobody_sees_what_others_used(used, member, browse, platform):
    client, _, _ = used
    counted(client, 5)

    assert member(name="Bob").client.get("/api/usage").json()["total"]["requests"] == 0
    charlie = browse(platform.portal_url)
    assert charlie.get("/api/usage").status_code == 401
    for path in ("/usage", "/usage.csv"):
        answer = charlie.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?")


def test_person_who_used_nothing_is_told_what_will_be_here(member):
    alice = member(name="Alice").client

    page = alice.get("/usage")
    usage = alice.get("/api/usage?days=7").json()

    assert page.status_code == 200
    assert "Nothing used in 30 days" in page.text
    assert (len(usage["days"]), usage["models"], usage["keys"]) == (7, [], [])
    assert alice.get("/usage.csv").text.splitlines() == [
        "day,model,key,key_id,requests,failures,tokens_in,tokens_out,spend_usd"
    ]


@pytest.mark.parametrize("query", ["days=0", "days=91", "days=x", "days=-1", "days=1e9", "show=odd"])
def test_odd_periods_are_refused(member, query):
    alice = member().client

    assert alice.get(f"/usage?{query}").status_code == 422
    if "days" in query:
        assert alice.get(f"/api/usage?{query}").status_code == 422


@pytest.mark.parametrize("show", ["requests", "tokens", "spend", "failures"])
def test_each_figure_has_its_chart(used, show):
    client, _, _ = used
    counted(client, 5)

    page = client.get(f"/usage?days=90&show={show}").text

    assert page.count("bar-chart__slot") == 90
    assert "per day" in page


@pytest.mark.req("K10")
def test_without_the_gateway_the_page_says_so_and_the_api_is_503(portal_with, browse, member):
    alice = member()
    with portal_with(litellm_api_endpoint=NOBODY) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", alice.token)
        page, answer, file = client.get("/usage"), client.get("/api/usage"), client.get("/usage.csv")

    assert page.status_code == 200
    assert "no figures now" in page.text
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert file.status_code == 503
