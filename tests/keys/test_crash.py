"""A process killed between any two steps of issuing or rotating: one usable key is left, and nothing hidden.

The portal is a child process and LiteLLM stands behind a proxy that hangs at one call, so the step is real.
"""

import threading
from contextlib import suppress
from datetime import timedelta

import httpx
import psycopg
import pytest
from fakes.broken_gateway import BrokenGateway
from key_calls import TERMS, chat, created
from people import sign_in
from portal_process import portal_process
from portal_server import served

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import now
from portal.core.database import Database
from portal.core.settings import Settings
from portal.keys.repair import repair

LATER = timedelta(minutes=3)
ISSUE_STEPS = [
    ("/v2/user/info", "hang"),
    ("/user/update", "hang"),
    ("/user/update", "hang after"),
    ("/key/generate", "hang"),
    ("/key/generate", "hang after"),
]
# With the seconds of grace and the key that is to survive; once the new one is confirmed, it is the one that counts.
ROTATE_STEPS = [
    (("/key/generate", "hang"), 0, "old"),
    (("/key/generate", "hang after"), 0, "old"),
    (("/key/delete", "hang"), 0, "new"),
    (("/key/delete", "hang after"), 0, "new"),
    (("/key/update", "hang"), 60, "new"),
    (("/key/update", "hang after"), 60, "new"),
]


def kill_at(platform, browse, person, step, ask):
    """`ask` is sent to a portal that is killed while LiteLLM hangs at the step."""
    gateway = BrokenGateway(platform.gateway_url)
    settings = {
        "database_url": platform.database_url,
        "redis_url": platform.redis_url,
        "litellm_admin_key": platform.admin_key,
    }
    with served(gateway) as front, portal_process(litellm_api_endpoint=front, **settings) as (process, url):
        client = sign_in(platform, browse(url), person.person).client
        gateway.breaks(*step)

        def send() -> None:
            with suppress(httpx.TransportError):
                ask(client)

        thread = threading.Thread(target=send)
        thread.start()
        assert gateway.is_hanging.wait(60), "the step was not reached"
        process.kill()
        thread.join()
    return gateway


async def repaired(platform, clock):
    settings = Settings(
        database_url=platform.database_url, redis_url=platform.redis_url, litellm_admin_key=platform.admin_key
    )
    database = Database(settings.database_url)
    headers = {"authorization": f"Bearer {platform.admin_key}"}
    async with httpx.AsyncClient(base_url=platform.gateway_url, headers=headers, timeout=30) as http:
        await repair(database, LitellmProxy(http), clock)
    await database.close()


def in_litellm(admin, person):
    keys = admin.get("/key/list", params={"user_id": str(person.person.id), "return_full_object": "true"}).json()
    return {key["key_alias"] for key in keys["keys"]}


def in_portal(platform, person):
    with psycopg.connect(platform.database_url, autocommit=True) as connection:
        return connection.execute(
            "SELECT id, stage, replaced_by, revoked_at IS NULL FROM issued_key WHERE person_id = %s",
            [person.person.id],
        ).fetchall()


@pytest.mark.req("K6", "K7")
@pytest.mark.parametrize("step", ISSUE_STEPS)
async def test_process_killed_while_issuing_leaves_nothing(platform, browse, member, admin, step):
    person = member()

    kill_at(platform, browse, person, step, lambda client: client.post("/api/keys", json=TERMS))
    await repaired(platform, lambda: now() + LATER)

    assert in_portal(platform, person) == []
    assert in_litellm(admin, person) == set()
    # Nothing was counted: all five are to be had.
    for number in range(5):
        created(person, f"Key {number}")


@pytest.mark.req("K6")
@pytest.mark.parametrize(("step", "grace", "survivor"), ROTATE_STEPS)
async def test_process_killed_while_rotating_leaves_one_usable_key(
    platform, browse, member, admin, step, grace, survivor
):
    person = member()
    old = created(person)

    def rotate(client):
        client.post(f"/api/keys/{old['id']}/rotate", json={"grace_seconds": grace})

    kill_at(platform, browse, person, step, rotate)
    await repaired(platform, lambda: now() + LATER)

    rows = in_portal(platform, person)
    usable = {str(key) for key, _, _, works in rows if works}
    assert len(usable) == 1
    assert in_litellm(admin, person) == usable
    assert all(stage == "confirmed" for _, stage, _, _ in rows)
    assert (usable == {old["id"]}) is (survivor == "old")
    assert chat(platform.portal_url, old["key"]).status_code == (200 if survivor == "old" else 401)
    if survivor == "old":
        assert person.client.post(f"/api/keys/{old['id']}/rotate").status_code == 201


@pytest.mark.req("K6")
@pytest.mark.parametrize("manner", ["500", "cut", "answer lost"])
@pytest.mark.parametrize("path", ["/v2/user/info", "/key/generate"])
def test_litellm_failing_while_rotating_changes_nothing(platform, portal_with, browse, member, admin, path, manner):
    person = member()
    old = created(person)
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as front, portal_with(litellm_api_endpoint=front) as server:
        client = sign_in(platform, browse(server.url), person.person).client
        gateway.breaks(path, manner)
        refused = client.post(f"/api/keys/{old['id']}/rotate")
        gateway.heals()

    assert refused.status_code == 503
    assert in_litellm(admin, person) == {old["id"]}
    assert [(str(key), replaced) for key, _, replaced, _ in in_portal(platform, person)] == [(old["id"], None)]


@pytest.mark.req("K6")
async def test_old_key_that_litellm_could_not_be_told_of_is_ended_later(platform, portal_with, browse, member, admin):
    """The new key exists, so it is shown; the old one is still called rotating, because it still works."""
    person = member()
    old = created(person)
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as front, portal_with(litellm_api_endpoint=front) as server:
        client = sign_in(platform, browse(server.url), person.person).client
        gateway.breaks("/key/delete", "500")
        rotated = client.post(f"/api/keys/{old['id']}/rotate")
        states = {key["id"]: key["state"] for key in client.get("/api/keys").json()["keys"]}
    assert rotated.status_code == 201
    assert states == {old["id"]: "rotating", rotated.json()["id"]: "active"}

    await repaired(platform, now)

    assert in_litellm(admin, person) == {rotated.json()["id"]}
    assert chat(platform.portal_url, old["key"]).status_code == 401


@pytest.mark.req("K6")
def test_revoking_while_litellm_is_away_changes_nothing_and_says_so(portal_with, platform, browse, member):
    person = member()
    key = created(person)
    with portal_with(litellm_api_endpoint="http://127.0.0.1:9") as server:
        client = sign_in(platform, browse(server.url), person.person).client
        refused = client.delete(f"/api/keys/{key['id']}")
        page = client.get("/keys").text
        states = [one["state"] for one in client.get("/api/keys").json()["keys"]]

    assert (refused.status_code, states) == (503, ["active"])
    assert "does not answer" in page
    assert "/revoke" not in page
    assert chat(platform.portal_url, key["key"]).status_code == 200
