"""LiteLLM down or failing in between: nothing half, no block lost, a retry or the repair finishes it."""

import asyncio
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
from fakes.broken_gateway import BrokenGateway
from portal_server import served

from portal.accounts.session import Sessions
from portal.clients.litellm_proxy import LitellmProxy
from portal.core import cache
from portal.core.clock import now
from portal.core.database import Database
from portal.core.settings import Settings
from portal.operators.blocking import Blocking

REASON = {"reason": "A test"}
NOBODY = "http://127.0.0.1:9"


@contextmanager
def operator_at(platform, portal_with, browse, olga, **settings):
    """Olga's browser at another portal, which shares everything but what `settings` change."""
    with portal_with(**settings) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", olga.token)
        yield client


def test_without_the_gateway_lists_go_on_and_changes_change_nothing(
    platform, portal_with, browse, olga, claimant, portal_database, events
):
    person = claimant(name="Still listed")
    with operator_at(platform, portal_with, browse, olga, litellm_api_endpoint=NOBODY) as client:
        pages = [
            client.get("/operator"),
            client.get("/operator/keys"),
            client.get("/operator/keys?list=unused-30"),
            client.get(f"/operator/people/{person.person_id}"),
        ]
        overview = client.get("/api/operator/overview").json()
        details = client.get(f"/api/operator/people/{person.person_id}").json()
        refused = [
            client.post(f"/api/operator/people/{person.person_id}/block", json=REASON),
            client.post(f"/api/operator/keys/{person.key_id}/block", json=REASON),
            client.post(f"/api/operator/keys/{person.key_id}/revoke", json=REASON),
            client.put(f"/api/operator/people/{person.person_id}/limits", json={"requests_per_minute": 1}),
            client.get("/api/operator/keys?list=without-limits"),
            client.post(f"/operator/people/{person.person_id}/block", data=REASON),
        ]

    assert [page.status_code for page in pages] == [200] * 4
    assert all("The gateway" in page.text for page in pages[:1] + pages[2:])
    assert (overview["top_people"], overview["top_models"]) == (None, None)
    assert (details["usage"], details["keys"][0]["spend"]) == (None, None)
    assert [answer.status_code for answer in refused] == [503] * 6
    assert events(person.person_id) == []
    state = "SELECT blocked_at, revoked_at FROM issued_key WHERE id = %s"
    assert portal_database.execute(state, [person.key_id]).fetchone() == (None, None)
    assert person.ask().status_code == 200


@pytest.mark.parametrize("manner", ["500", "400", "cut", "answer lost"])
def test_block_that_fails_in_between_stands_and_a_retry_finishes_it(
    platform, portal_with, browse, olga, claimant, events, manner
):
    person = claimant()
    gateway = BrokenGateway(platform.gateway_url)
    with (
        served(gateway) as url,
        operator_at(platform, portal_with, browse, olga, litellm_api_endpoint=url) as client,
    ):
        gateway.breaks("/key/block", manner)
        failed = client.post(f"/api/operator/people/{person.person_id}/block", json=REASON)
        assert (failed.status_code, failed.json()["code"]) == (503, "not_finished")
        assert person.client.get("/api/usage").status_code == 403
        gateway.heals()

        assert client.post(f"/api/operator/people/{person.person_id}/block", json=REASON).status_code == 204

    person.stops()
    assert [action for action, _, _ in events(person.person_id)] == ["accounts.blocked"]


async def test_block_that_nobody_finished_is_finished_by_the_repair(
    platform, portal_with, browse, olga, claimant, portal_database
):
    """As if the process had died after our row was written."""
    person = claimant()
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [person.person_id])
    assert person.ask().status_code == 200
    settings = Settings(
        database_url=platform.database_url, redis_url=platform.redis_url, litellm_admin_key=platform.admin_key
    )
    database, redis = Database(settings.database_url), cache.connect(settings.redis_url)
    sessions = Sessions(redis, now, idle_ttl=timedelta(days=1), max_age=timedelta(days=1))
    headers = {"authorization": f"Bearer {platform.admin_key}"}

    async with httpx.AsyncClient(base_url=platform.gateway_url, headers=headers, timeout=60) as http:
        await Blocking(database, sessions, LitellmProxy(http), now).finish_all()
    await redis.aclose()
    await database.close()

    await asyncio.to_thread(person.stops)


def test_limits_that_the_gateway_did_not_take_are_kept_and_saved_again(
    platform, portal_with, browse, olga, claimant, events, admin
):
    person = claimant()
    gateway = BrokenGateway(platform.gateway_url)
    with (
        served(gateway) as url,
        operator_at(platform, portal_with, browse, olga, litellm_api_endpoint=url) as client,
    ):
        address = f"/api/operator/people/{person.person_id}/limits"
        gateway.breaks("/user/update", "500")
        failed = client.put(address, json={"requests_per_minute": 77})
        assert (failed.status_code, failed.json()["code"]) == (503, "not_finished")
        gateway.heals()

        assert client.put(address, json={"requests_per_minute": 77}).status_code == 204

    assert [action for action, _, _ in events(person.person_id)] == ["accounts.limits_changed"]


def test_redis_down_says_so_to_operators(portal_with, browse):
    with portal_with(redis_url="redis://127.0.0.1:9/0") as server:
        client = browse(server.url)
        client.cookies.set("portal_session", "x" * 43)

        assert client.get("/operator").status_code == 503
