"""A gateway whose file has nothing but `model_list` is as good as any other."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
import yaml
from gateway_process import own_catalogue_afterwards, running_gateway
from key_calls import created
from model_endpoint import Endpoint
from portal_server import served
from redis import Redis
from waiting import wait_until

TEAM = "chatapi-auth0"
MODEL = "only-model"
PROMISED_SECONDS = 5

pytestmark = pytest.mark.req("G3", "G7", "G12")


@dataclass
class Bare:
    url: str
    first: Endpoint
    second: Endpoint


@pytest.fixture(scope="module")
def bare(platform, tmp_path_factory) -> Iterator[Bare]:
    folder = tmp_path_factory.mktemp("bare")
    first, second = Endpoint("first"), Endpoint("second")
    with ExitStack() as stack:
        addresses = [stack.enter_context(served(endpoint, lifespan="off")) for endpoint in (first, second)]
        entries = [
            {
                "model_name": MODEL,
                "litellm_params": {"model": "openai/m", "api_base": f"{address}/v1", "order": order},
                "model_info": {"id": f"only-{order}"},
            }
            for order, address in enumerate(addresses, 1)
        ]
        file = folder / "config.yaml"
        file.write_text(yaml.safe_dump({"model_list": entries}))
        stack.enter_context(own_catalogue_afterwards(platform))
        _, url = stack.enter_context(
            running_gateway(
                folder / "log",
                DATABASE_URL=platform.database_url,
                REDIS_URL=platform.redis_url,
                LITELLM_ADMIN_KEY=platform.admin_key,
                PORTAL_GATEWAY_CONFIG=str(file),
            )
        )
        yield Bare(url, first, second)


@pytest.fixture
def key(admin, member) -> str:
    if not admin.get("/team/info", params={"team_id": TEAM}).is_success:
        created(member())
    person = f"bare-{uuid.uuid4().hex}"
    admin.post("/user/new", json={"user_id": person, "auto_create_key": False}).raise_for_status()
    return admin.post("/key/generate", json={"user_id": person, "team_id": TEAM}).raise_for_status().json()["key"]


@pytest.fixture
def ask(bare, key):
    with httpx.Client(base_url=bare.url, headers={"authorization": f"Bearer {key}"}, timeout=60) as client:

        def post(text: str = "", **fields: object) -> httpx.Response:
            messages = [{"role": "user", "content": text or uuid.uuid4().hex}]
            return client.post("/v1/chat/completions", json={"model": MODEL, "messages": messages, **fields})

        yield post


def test_what_callers_may_not_decide_is_taken_out(ask, bare):
    answer = ask(mock_response="mocked", api_key="sk-of-the-caller", timeout=0.001)

    assert answer.json()["choices"][0]["message"]["content"] == "first"
    assert bare.first.authorization == "Bearer none"
    assert bare.first.bodies[-1].keys().isdisjoint({"mock_response", "api_key", "timeout"})


def test_answers_are_stored_where_they_are_asked_for(ask):
    text, store = uuid.uuid4().hex, {"cache": {"use-cache": True}}

    assert ask(text, **store).headers["x-cache"] == "miss"
    wait_until(lambda: ask(text, **store).headers["x-cache"] == "hit")
    assert "x-cache" not in ask(text).headers


def test_plain_requests_go_the_short_way(ask):
    wait_until(lambda: ask().headers.get("x-gateway-way") == "express")


def test_an_endpoint_that_rests_is_known_to_all_instances(ask, bare, platform):
    bare.first.fault = "401"
    with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        answer = ask()
        wait_until(lambda: [name for name in redis.scan_iter("*only-1*") if "cooldown" in name])
    bare.first.fault = ""

    assert answer.json()["choices"][0]["message"]["content"] == "second"


def test_key_that_is_revoked_elsewhere_stops_working_within_five_seconds(ask, key, admin):
    wait_until(lambda: ask().is_success)
    admin.post("/key/delete", json={"keys": [key]}).raise_for_status()
    revoked_at = time.monotonic()

    wait_until(lambda: ask().status_code == 401)

    assert time.monotonic() - revoked_at < PROMISED_SECONDS
