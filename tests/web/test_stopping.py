"""A portal that is told to stop: whatever stands in front learns of it, and nobody is cut off."""

import httpx
import pytest
from key_calls import created
from portal_process import portal_process
from waiting import wait_until

pytestmark = pytest.mark.req("A2", "A7")


@pytest.fixture
def settings(platform) -> dict[str, object]:
    return {
        "database_url": platform.database_url,
        "redis_url": platform.redis_url,
        "litellm_api_endpoint": platform.gateway_url,
        "litellm_admin_key": platform.admin_key,
    }


def test_it_says_so_and_goes_on_answering_for_a_while(settings):
    with portal_process(**settings, stop_delay=600) as (process, url), httpx.Client(base_url=url, timeout=60) as kept:
        before = kept.get("/healthz")
        process.terminate()
        wait_until(lambda: httpx.get(f"{url}/healthz", timeout=60).status_code == 503)

        on_it, after = kept.get("/terms"), httpx.get(f"{url}/healthz", timeout=60)

        assert (before.status_code, before.headers.get("connection")) == (200, None)
        assert (on_it.status_code, on_it.headers["connection"]) == (200, "close")
        assert (after.json(), after.headers["connection"]) == ({"status": "stopping"}, "close")
        assert process.is_alive()


def test_answer_that_is_under_way_is_finished_and_new_connections_are_refused(settings, member):
    key = created(member())["key"]
    question = {"model": "sample-chat", "messages": [{"role": "user", "content": "Count slowly to 60"}], "stream": True}
    headers = {"authorization": f"Bearer {key}"}
    with portal_process(**settings) as (process, url):
        completions = f"{url}/api/v1/chat/completions"
        with httpx.stream("POST", completions, json=question, headers=headers, timeout=120) as answer:
            lines = answer.iter_lines()
            first = next(lines)
            process.terminate()
            wait_until(lambda: is_refused(url))

            assert process.is_alive()
            rest = list(lines)
        process.join(60)

        assert first.startswith("data: {")
        assert [line for line in rest if line][-1] == "data: [DONE]"
        assert not process.is_alive()


def is_refused(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=60)
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        pass
    return False
