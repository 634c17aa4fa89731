"""What Prometheus learns of pages, keys, people and parts."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest
from portal_server import free_port
from pydantic import SecretStr
from redis import Redis
from scraped import named, samples
from waiting import wait_until

from portal.core import cache
from portal.core.clock import now
from portal.core.database import Database
from portal.keys.census import RESULT, TURN, KeyCensus

pytestmark = pytest.mark.req("A7")


def test_pages_are_counted_by_route_and_never_by_path(portal_with, browse):
    junk = [uuid4().hex for _ in range(30)]
    with portal_with() as server:
        visitor = browse(server.url)
        for word in junk:
            visitor.get(f"/{word}")
            visitor.get(f"/models/{word}")
            visitor.get(f"/static/{word}.js")
        visitor.request("PROPFIND", "/")
        found = samples(server.url)
        text = httpx.get(f"{server.url}/metrics", timeout=60).text

    assert [word for word in junk if word in text] == []
    assert found["portal_web_requests_total", "GET", "none", "404"] == 30
    assert found["portal_web_requests_total", "GET", "/models/{model_id}", "404"] == 30
    assert found["portal_web_requests_total", "GET", "/static", "404"] == 30
    assert sum(named(found, "portal_web_requests_total").values()) >= 91
    assert {sample[1] for sample in named(found, "portal_web_requests_total")} == {"GET", "other"}
    assert found["portal_web_duration_seconds_count", "/models/{model_id}"] == 30


def test_keys_are_counted_by_team_and_refusals_by_reason(portal_with, browse, address):
    with portal_with(claims_per_ip="1/day", permissionless_active_keys=1) as server:
        visitor = browse(server.url)
        visitor.post("/api/keys/claim", json={"accept_terms": True}).raise_for_status()
        again = visitor.post("/api/keys/claim", json={"accept_terms": True})
        team = server.settings.litellm_team_permissionless
        found = samples(server.url)

    assert again.status_code in {409, 429}
    assert found["portal_keys_issued_total", "api", team] == 1
    assert found["portal_keys_refused_total", again.json()["code"]] == 1


def test_sign_ins_and_wrong_passwords_are_counted(platform, visitor):
    account = {"email": f"{uuid4().hex}@example.org", "password": f"right {uuid4().hex}"}
    visitor.post("/api/auth/register", json={**account, "accept_terms": True}).raise_for_status()
    before = samples(platform.portal_url)

    wrong = visitor.post("/api/auth/login", json={**account, "password": "wrong"})
    visitor.post("/api/auth/login", json=account).raise_for_status()

    after = samples(platform.portal_url)

    assert wrong.status_code == 401
    for event in ("accounts.signed_in", "accounts.sign_in_refused"):
        sample = ("portal_events_total", event, "info")
        assert after[sample] == before.get(sample, 0) + 1


def test_parts_endpoints_and_gateways_are_told_of(platform):
    well = {
        ("portal_part_up", "postgres"): 1,
        ("portal_part_up", "redis"): 1,
        ("portal_part_up", "gateway"): 1,
        ("portal_model_endpoints", "sample-chat", "up"): 1,
        ("portal_model_endpoints", "sample-chat", "down"): 0,
        ("portal_gateways", "ready"): 1,
    }
    wait_until(lambda: well.items() <= samples(platform.portal_url).items())

    found = samples(platform.portal_url)
    assert found["portal_database_connections_limit",] >= found["portal_database_connections_used",]
    assert found["portal_database_waiting",] >= 0
    assert found["portal_chat_turns_in_flight",] >= 0
    assert found["portal_chat_frames_unwritten",] >= 0
    assert len(named(found, "portal_build_info")) == 1


def test_parts_that_are_away_are_told_of_and_nothing_old_of_keys(portal_with):
    """Prometheus must go on to learn of the portal exactly when something is wrong."""
    nobody = f"127.0.0.1:{free_port()}"
    with portal_with(database_url=f"postgresql://{nobody}/x", redis_url=f"redis://{nobody}") as server:
        found = samples(server.url)

    assert found["portal_part_up", "postgres"] == found["portal_part_up", "redis"] == 0
    assert named(found, "portal_keys") == named(found, "portal_gateways") == {}


def add_keys(platform, team: str, **columns: list[object]) -> None:
    """A key of one person for each value."""
    with psycopg.connect(platform.database_url, autocommit=True) as connection:
        person = uuid4()
        connection.execute("INSERT INTO person (id, kind, created_at) VALUES (%s, 'local', now())", [person])
        for column, values in columns.items():
            for value in values:
                connection.execute(
                    "INSERT INTO issued_key (id, person_id, stage, purpose, name, description, preview, token, team,"
                    f" created_at, is_blocked_in_gateway, {column})"
                    " VALUES (%s, %s, 'confirmed', 'api', '', '', '', %s, %s, now(), false, %s)",
                    [uuid4(), person, uuid4().hex, team, value],
                )


def counted(platform, team: str) -> dict[str, int]:
    """By an instance that has just started."""

    async def look() -> dict[str, int]:
        redis, database = cache.connect(SecretStr(platform.redis_url)), Database(SecretStr(platform.database_url))
        try:
            counts = await KeyCensus(database, redis, now).look()
        finally:
            await redis.aclose()
            await database.close()
        return {one.state: one.count for one in counts if one.team == team}

    return asyncio.run(look())


def test_keys_that_exist_are_counted_by_state(platform):
    team, past, future = uuid4().hex, now() - timedelta(days=1), now() + timedelta(days=1)
    add_keys(platform, team, expires_at=[None, future, future, past], revoked_at=[past], ends_at=[future])
    add_keys(platform, team, blocked_at=[past, past])
    forget_count(platform)

    states = counted(platform, team)

    assert states == {"active": 3, "expired": 1, "revoked": 1, "rotating": 1, "blocked": 2}


def test_one_instance_counts_for_all(platform):
    team = uuid4().hex
    add_keys(platform, team, expires_at=[None])
    forget_count(platform)
    with Redis.from_url(platform.redis_url) as redis:
        redis.set(TURN, "somebody else's")
        while_another_one_counts = counted(platform, team)
        redis.delete(TURN)
    first = counted(platform, team)
    add_keys(platform, team, expires_at=[None])
    second = counted(platform, team)

    assert while_another_one_counts == {}
    assert first == second == {"active": 1}


def forget_count(platform) -> None:
    with Redis.from_url(platform.redis_url) as redis:
        redis.delete(RESULT, TURN)
