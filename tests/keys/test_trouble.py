"""LiteLLM starting, down, or dying between two steps: nothing is counted, nothing is left half done."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fakes.broken_gateway import BrokenGateway
from portal_server import free_port, running_portal, served, wait_for_gateway

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import now
from portal.core.database import Database
from portal.core.settings import Settings
from portal.keys.repair import repair

CLAIM = {"accept_terms": True}
NOBODY = "http://127.0.0.1:9"


def rows(database) -> tuple[int, int]:
    return tuple(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("issued_key", "person"))


def is_known(admin, alias) -> bool:
    return bool(admin.get("/key/list", params={"key_alias": alias}).json()["keys"])


def test_claim_while_the_gateway_is_not_there_counts_nothing(portal_with, browse, portal_database):
    before = rows(portal_database)
    with portal_with(litellm_api_endpoint=NOBODY, claims_per_ip="1/day", claim_attempts_per_ip="1/hour") as server:
        person = browse(server.url)
        refused = [person.post("/api/keys/claim", json=CLAIM) for _ in range(3)]

    assert [answer.status_code for answer in refused] == [503] * 3
    assert refused[0].headers["retry-after"]
    assert "portal_session" not in person.cookies
    assert rows(portal_database) == before


def test_claim_just_after_the_gateway_has_gone_counts_nothing(platform, portal_with, browse):
    """The portal looks every few seconds, and takes it for ready until then."""
    port = free_port()
    with contextlib.ExitStack() as front:
        url = front.enter_context(served(BrokenGateway(platform.gateway_url), port))
        with portal_with(litellm_api_endpoint=url, claims_per_ip="1/day", claim_attempts_per_ip="1/hour") as server:
            wait_for_gateway(server.url)
            front.close()
            person = browse(server.url)
            refused = [person.post("/api/keys/claim", json=CLAIM) for _ in range(3)]
            with served(BrokenGateway(platform.gateway_url), port):
                issued = person.post("/api/keys/claim", json=CLAIM)

    assert [answer.status_code for answer in refused] == [503] * 3
    assert issued.status_code == 201


@pytest.fixture(scope="module")
def broken(platform) -> Iterator[tuple[BrokenGateway, str]]:
    """One portal in front of a gateway that breaks now and then."""
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as url, running_portal(platform, litellm_api_endpoint=url, claims_per_ip="1/day") as server:
        wait_for_gateway(server.url)
        yield gateway, server.url


@pytest.mark.parametrize("step", ["/user/update", "/key/generate"])
@pytest.mark.parametrize("manner", ["500", "400", "cut"])
def test_gateway_failing_at_any_step_leaves_no_row_no_key_and_no_count(
    broken, browse, portal_database, admin, step, manner
):
    before = rows(portal_database)
    gateway, url = broken
    made_before = len(gateway.made)
    gateway.breaks(step, manner)
    person = browse(url)
    refused = person.post("/api/keys/claim", json=CLAIM)
    gateway.heals()

    assert refused.status_code in {500, 503}
    assert "Traceback" not in refused.text
    assert rows(portal_database) == before
    assert person.post("/api/keys/claim", json=CLAIM).status_code == 201
    made = gateway.made[made_before:]
    assert [alias for alias in made if is_known(admin, alias)] == made[-1:]


@pytest.mark.parametrize("manner", ["500", "400", "cut"])
def test_team_that_can_not_be_looked_up_is_looked_up_at_the_next_claim(
    platform, portal_with, browse, portal_database, manner
):
    """The portal asks for it once, as soon as it has started."""
    before = rows(portal_database)
    gateway = BrokenGateway(platform.gateway_url)
    gateway.breaks("/team/info", manner)
    with served(gateway) as url, portal_with(litellm_api_endpoint=url, claims_per_ip="1/day") as server:
        person = browse(server.url)
        assert person.post("/api/keys/claim", json=CLAIM).status_code in {500, 503}
        assert rows(portal_database) == before
        gateway.heals()

        assert person.post("/api/keys/claim", json=CLAIM).status_code == 201


def test_answer_lost_after_the_key_was_made_leaves_no_key_behind(platform, portal_with, browse, portal_database, admin):
    before = rows(portal_database)
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as url, portal_with(litellm_api_endpoint=url) as server:
        gateway.breaks("/key/generate", "answer lost")
        assert browse(server.url).post("/api/keys/claim", json=CLAIM).status_code == 503

    assert rows(portal_database) == before
    assert len(gateway.made) == 1
    assert not is_known(admin, gateway.made[0])


async def test_reservation_of_a_dead_process_is_removed_here_and_in_litellm(
    platform, portal_with, browse, portal_database, admin
):
    """As if the process had been killed after LiteLLM made the key: our row is still `reserved`."""
    with portal_with() as server:
        claimed = browse(server.url).post("/api/keys/claim", json=CLAIM).json()
    portal_database.execute("UPDATE issued_key SET stage = 'reserved' WHERE id = %s", [claimed["id"]])
    settings = Settings(
        database_url=platform.database_url, redis_url=platform.redis_url, litellm_admin_key=platform.admin_key
    )
    database = Database(settings.database_url)

    import httpx

    headers = {"authorization": f"Bearer {platform.admin_key}"}
    async with httpx.AsyncClient(base_url=platform.gateway_url, headers=headers, timeout=60) as http:
        proxy = LitellmProxy(http)
        assert await repair(database, proxy, now) == 0  # it may still be at work
        assert await repair(database, proxy, lambda: now() + timedelta(minutes=3)) == 1
        assert await repair(database, proxy, lambda: now() + timedelta(minutes=3)) == 0
    await database.close()

    left = portal_database.execute("SELECT count(*) FROM issued_key WHERE id = %s", [claimed["id"]]).fetchone()
    assert left == (0,)
    assert admin.get("/key/list", params={"key_alias": claimed["id"]}).json()["keys"] == []


def test_list_goes_on_without_the_gateway_and_says_so(platform, portal_with, browse):
    with portal_with() as server:
        person = browse(server.url)
        person.post("/api/keys/claim", json=CLAIM | {"name": "Still here"})
    with portal_with(litellm_api_endpoint=NOBODY) as server:
        later = browse(server.url)
        later.cookies.update(dict(person.cookies))
        page = later.get("/keys")
        key = later.get("/api/keys").json()["keys"][0]

    assert page.status_code == 200
    assert "Still here" in page.text
    assert (key["name"], key["spend"], key["last_used_at"]) == ("Still here", None, None)


def test_redis_down_refuses_claims_and_signs_nobody_in(portal_with, browse):
    with portal_with(redis_url="redis://127.0.0.1:9/0") as server:
        person = browse(server.url)
        assert person.get("/").status_code == 200
        refused = person.post("/api/keys/claim", json=CLAIM)
        person.cookies.set("portal_session", "x" * 43)
        unknown = person.get("/api/keys")

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert (unknown.status_code, unknown.json()["code"]) == (503, "sessions_unavailable")


def test_postgres_down_refuses_claims_and_counts_nothing(portal_with, browse):
    nowhere = "postgresql://nobody:secret@127.0.0.1:9/portal"
    with portal_with(database_url=nowhere) as server:
        refused = browse(server.url).post("/api/keys/claim", json=CLAIM)
        ready = browse(server.url).get("/readyz")

    assert refused.status_code == 503
    assert "secret" not in refused.text
    assert ready.status_code == 503
    assert ready.json()["parts"]["postgres"] == "unavailable"
