"""Limits count for a person: three keys have no more than one."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest
from fakes.paused_gateway import PausedGateway
from key_calls import chat, created
from people import sign_in
from portal_server import served

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import now
from portal.core.database import Database
from portal.core.settings import Settings
from portal.keys.limits import Limits
from portal.keys.policy import policies
from portal.models import Kind, Person

pytestmark = pytest.mark.req("K7")


@pytest.fixture
def with_three_keys(platform, portal_with, browse, member):
    """`with_three_keys(account_requests_per_minute=4)`: a person's three keys, and one of somebody else."""

    def make(**settings):
        with portal_with(litellm_team_local="chatapi-limits-test", **settings) as server:
            person, other = (sign_in(platform, browse(server.url), member(kind=Kind.LOCAL).person) for _ in range(2))
            return person, [created(person, f"Key {number}")["key"] for number in range(3)], created(other)["key"]

    return make


def test_requests_per_minute(platform, with_three_keys):
    _, keys, others = with_three_keys(account_requests_per_minute=6)

    statuses = [chat(platform.portal_url, key).status_code for key in keys * 3]

    assert statuses == [200] * 6 + [429] * 3
    assert chat(platform.portal_url, others).status_code == 200


def test_tokens_per_minute(platform, with_three_keys):
    _, keys, others = with_three_keys(account_tokens_per_minute=300)

    answers = [chat(platform.portal_url, key, max_tokens=60) for key in keys * 4]

    used = sum(answer.json()["usage"]["total_tokens"] for answer in answers if answer.is_success)
    assert 0 < used <= 300
    assert answers[-1].status_code == 429
    assert chat(platform.portal_url, others, max_tokens=60).status_code == 200


@contextmanager
def running_stream(url: str, key: str) -> Iterator[None]:
    """It would go on for minutes."""
    messages = [{"role": "user", "content": "Count slowly to 5000"}]
    body = {"model": "sample-chat", "messages": messages, "stream": True}
    headers = {"authorization": f"Bearer {key}"}
    with httpx.stream("POST", f"{url}/api/v1/chat/completions", json=body, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        next(pieces)
        yield
        pieces.close()


def test_requests_at_the_same_time(platform, with_three_keys, wait_until):
    """The third key has no request running, and is refused because of the other two."""
    _, keys, others = with_three_keys(
        account_parallel_requests=2, account_requests_per_minute=10_000, account_tokens_per_minute=100_000_000
    )
    url = platform.portal_url

    with running_stream(url, keys[0]), running_stream(url, keys[1]):
        assert chat(url, keys[2]).status_code == 429
        assert chat(url, others).status_code == 200

    wait_until(lambda: [chat(url, key).status_code for key in keys] == [200] * 3)


def test_slot_comes_back_after_an_error_and_when_the_client_leaves(platform, with_three_keys, wait_until):
    _, keys, _ = with_three_keys(account_parallel_requests=1)

    assert [chat(platform.portal_url, key, messages=[]).status_code for key in keys] == [400] * 3
    assert chat(platform.portal_url, keys[0]).status_code == 200
    with running_stream(platform.portal_url, keys[0]):
        assert chat(platform.portal_url, keys[1]).status_code == 429

    wait_until(lambda: chat(platform.portal_url, keys[1]).status_code == 200)


def test_budget(platform, with_three_keys, wait_until):
    _, keys, others = with_three_keys(account_budget_usd=Decimal("0.00002"))
    assert chat(platform.portal_url, keys[0], max_tokens=60).status_code == 200

    def is_used_up(key: str) -> bool:
        return chat(platform.portal_url, key, max_tokens=60).status_code == 429

    wait_until(lambda: is_used_up(keys[0]))
    assert [is_used_up(key) for key in keys] == [True] * 3
    assert chat(platform.portal_url, others).status_code == 200


def in_litellm(admin, person) -> dict[str, object]:
    return admin.get("/user/info", params={"user_id": str(person.person.id)}).json()["user_info"]


@pytest.mark.req("K8")
def test_changed_policy_reaches_everybody_with_a_key_at_start(portal_with, browse, platform, member, admin, wait_until):
    team = f"chatapi-{member().person.id}"
    with portal_with(litellm_team_local=team) as server:
        alice, bob = (sign_in(platform, browse(server.url), member().person) for _ in range(2))
        for one in (alice, bob):
            created(one)
    reset_at = in_litellm(admin, alice)["budget_reset_at"]

    with portal_with(litellm_team_local=team, account_requests_per_minute=7, account_models=["sample-chat"]):
        # LiteLLM changes one row after the other.
        wait_until(lambda: all(in_litellm(admin, one)["rpm_limit"] == 7 for one in (alice, bob)))

    # The period of the budget goes on; begun anew with each start it would never end.
    assert in_litellm(admin, alice)["budget_reset_at"] == reset_at
    assert admin.get("/team/info", params={"team_id": team}).json()["team_info"]["models"] == ["sample-chat"]


@pytest.mark.req("K8", "K17")
def test_limits_that_an_operator_sets_while_a_policy_is_applied_are_not_lost(
    platform, portal_with, browse, member, admin, portal_database, settings, wait_until
):
    changes = {"litellm_team_local": f"chatapi-{uuid4()}", "account_requests_per_minute": 7}
    with portal_with(litellm_team_local=changes["litellm_team_local"]) as server:
        alice = sign_in(platform, browse(server.url), member().person)
        created(alice)

    gateway = PausedGateway(platform.gateway_url, "/user/bulk_update", "before")
    with served(gateway) as url, portal_with(litellm_api_endpoint=url, **changes):
        assert gateway.reached.wait(60)
        portal_database.execute(
            "INSERT INTO limit_override (person_id, requests_per_minute, changed_at) VALUES (%s, 500, now())",
            [alice.person.id],
        )
        apply_limits(settings.model_copy(update=changes), alice.person)
        gateway.go_on.set()

        wait_until(lambda: applied_to(admin, changes["litellm_team_local"]) == 7)

    assert in_litellm(admin, alice)["rpm_limit"] == 500


def applied_to(admin, team: str) -> int | None:
    """The requests per minute that everybody of the team was brought to."""
    found = admin.get("/team/info", params={"team_id": team}).json()["team_info"]
    return found["metadata"].get("limits", {}).get("requests_per_minute")


def test_limits_of_one_person_are_set_and_removed(platform, member, admin, portal_database, settings):
    person = member()
    created(person)

    portal_database.execute(
        "INSERT INTO limit_override (person_id, requests_per_minute, active_keys, changed_at) VALUES (%s, 7, 1, now())",
        [person.person.id],
    )
    apply_limits(settings, person.person)
    assert (in_litellm(admin, person)["rpm_limit"], in_litellm(admin, person)["tpm_limit"]) == (7, 240_000)
    assert person.client.post("/api/keys", json={}).status_code == 409
    assert person.client.get("/api/keys").json()["keys"][0]["limits"]["requests_per_minute"] == 7

    portal_database.execute("DELETE FROM limit_override WHERE person_id = %s", [person.person.id])
    apply_limits(settings, person.person)
    assert in_litellm(admin, person)["rpm_limit"] == 120
    assert person.client.post("/api/keys", json={}).status_code == 201


def apply_limits(settings, person: Person) -> None:
    async def apply() -> None:
        database = Database(settings.database_url)
        headers = {"authorization": f"Bearer {settings.litellm_admin_key.get_secret_value()}"}
        async with httpx.AsyncClient(base_url=settings.litellm_api_endpoint, headers=headers, timeout=60) as http:
            await Limits(database, LitellmProxy(http), policies(settings), now).apply(person.id)
        await database.close()

    asyncio.run(apply())


@pytest.fixture
def settings(platform) -> Settings:
    return Settings(
        database_url=platform.database_url,
        redis_url=platform.redis_url,
        litellm_api_endpoint=platform.gateway_url,
        litellm_admin_key=platform.admin_key,
    )
