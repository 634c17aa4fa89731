"""The whole platform under load while its catalogue is edited: the promise itself."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import yaml
from gateway_under_test import until
from platform_run import Platform, running_platform
from scraped import named, samples

pytestmark = pytest.mark.req("G6")

STREAMS, ASKERS, LAST_NUMBER = 20, 4, 400
SECONDS = 60


@pytest.fixture
def whole(platform: Platform, tmp_path) -> Iterator[Platform]:
    """With a LiteLLM of its own, also where the environment names one for all tests."""
    if "gateway" in platform.pids:
        before = platform.catalogue.read_text()
        yield platform
        platform.catalogue.write_text(before)
    else:
        with running_platform(tmp_path / "data", LITELLM_API_ENDPOINT="", LITELLM_ADMIN_KEY="") as own:
            yield own


@pytest.fixture
def unlimited_key(whole: Platform) -> str:
    headers = {"authorization": f"Bearer {whole.admin_key}"}
    return httpx.post(f"{whole.gateway_url}/key/generate", json={}, headers=headers, timeout=30).json()["key"]


@pytest.fixture
async def api(whole: Platform, unlimited_key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{whole.portal_url}/api/v1/",
        headers={"authorization": f"Bearer {unlimited_key}"},
        timeout=SECONDS,
        limits=httpx.Limits(max_connections=None),
    ) as client:
        yield client


def question(text: str, model: str = "sample-chat", **more: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


async def stream(api: httpx.AsyncClient, begun: asyncio.Event) -> str:
    asked, text = question(f"Count slowly to {LAST_NUMBER}", stream=True), ""
    async with api.stream("POST", "chat/completions", json=asked) as answer:
        assert answer.status_code == 200, await answer.aread()
        async for line in answer.aiter_lines():
            if line == "data: [DONE]":
                return text
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                assert "error" not in event, event
                text += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
                begun.set()
    raise AssertionError(f"the stream broke off after {text[-20:]!r}")


async def ask_again_and_again(api: httpx.AsyncClient, done: asyncio.Event) -> list[int]:
    statuses = []
    while not done.is_set():
        statuses.append((await api.post("chat/completions", json=question("Hello"))).status_code)
        await asyncio.sleep(0.1)
    return statuses


async def test_edit_is_applied_within_a_minute_without_a_failed_or_a_cut_request(
    whole: Platform, api: httpx.AsyncClient, unlimited_key: str
):
    told_before = answers_told(whole)
    done, begun = asyncio.Event(), [asyncio.Event() for _ in range(STREAMS)]
    streams = [asyncio.create_task(stream(api, each)) for each in begun]
    askers = [asyncio.create_task(ask_again_and_again(api, done)) for _ in range(ASKERS)]
    await asyncio.gather(*(each.wait() for each in begun))

    content = yaml.safe_load(whole.catalogue.read_text())
    content["model_list"].append({**content["model_list"][0], "model_name": "added"})
    whole.catalogue.write_text(yaml.safe_dump(content))
    saved_at = time.monotonic()
    while (await api.post("chat/completions", json=question("Hello", model="added"))).status_code != 200:
        assert time.monotonic() - saved_at < SECONDS
        await asyncio.sleep(0.2)
    print(f"the new model answered {time.monotonic() - saved_at:.1f} seconds after the edit")  # noqa: T201 - for people
    assert not any(each.done() for each in streams), "the streams ended too early to show anything"

    texts = await asyncio.gather(*streams)
    done.set()
    statuses = [status for each in await asyncio.gather(*askers) for status in each]
    assert {text.split()[-1].strip(".") for text in texts} == {str(LAST_NUMBER)}
    assert len(set(texts)) == 1
    assert set(statuses) == {200}
    # What was asked of the old worker is written down before it ends.
    answered = STREAMS + len(statuses) + 1
    until(lambda: recorded(whole, unlimited_key) == answered, seconds=SECONDS)
    until(lambda: answers_told(whole) == told_before + answered, seconds=SECONDS)


def answers_told(whole: Platform) -> float:
    """To Prometheus, by both workers together."""
    attempts = named(samples(whole.gateway_url), "gateway_attempts_total")
    return sum(value for (_, _, _, result), value in attempts.items() if result == "answered")


def recorded(whole: Platform, key: str) -> int:
    """How many answers LiteLLM has put on the account of the key."""
    address = urlsplit(whole.database_url)._replace(path="/litellm").geturl()
    counting = (
        """SELECT count(*) FROM "LiteLLM_SpendLogs" WHERE status = 'success' AND api_key = encode(sha256(%s), 'hex')"""
    )
    with psycopg.connect(address) as connection:
        return connection.execute(counting, [key.encode()]).fetchone()[0]
