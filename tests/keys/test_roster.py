"""LiteLLM's own pages show the first people of a team, and its requests carry no more of them than that."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from key_calls import TERMS
from portal_server import wait_for_gateway

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.crypto import digest
from portal.core.database import Database
from portal.keys.policy import policies
from portal.keys.roster import Rosters

pytestmark = pytest.mark.req("K8")


@pytest.fixture
def team() -> str:
    return f"roster-{uuid4().hex[:8]}"


@pytest.fixture
def claimed(portal_with, browse, admin, team):
    """`claimed(2)`: as many people with a key of the team, the first one first, and how to fill its roster."""

    def claim(count: int):
        with portal_with(litellm_team_permissionless=team) as server:
            keys = [browse(server.url).post("/api/keys/claim", json=TERMS).json()["key"] for _ in range(count)]
        people = [admin.get("/key/info", params={"key": digest(key)}).json()["info"]["user_id"] for key in keys]
        return people, server.settings

    return claim


def roster(admin, team: str) -> set[str]:
    found = admin.get("/team/info", params={"team_id": team}).json()["team_info"]
    return {member["user_id"] for member in found["members_with_roles"]}


def fill(settings, *, size: int, times: int = 1) -> None:
    async def look() -> None:
        database = Database(settings.database_url)
        headers = {"authorization": f"Bearer {settings.litellm_admin_key.get_secret_value()}"}
        async with httpx.AsyncClient(base_url=settings.litellm_api_endpoint, headers=headers, timeout=60) as http:
            rosters = Rosters(database, LitellmProxy(http), policies(settings), size=size)
            for _ in range(times):
                await rosters.fill()
        await database.close()

    asyncio.run(look())


def test_portal_puts_the_first_people_of_a_team_on_its_roster(claimed, portal_with, admin, team, wait_until):
    people, _ = claimed(2)

    with portal_with(litellm_team_permissionless=team) as server:
        wait_for_gateway(server.url)
        wait_until(lambda: set(people) <= roster(admin, team))


def test_roster_stays_as_short_as_it_has_to(claimed, admin, team):
    """Every request parses it: with 5,000 people in it one took 260 ms of processor time in place of 30."""
    people, settings = claimed(2)

    fill(settings, size=len(roster(admin, team)) + 1)
    first = roster(admin, team)
    fill(settings, size=len(first) + 5)

    assert people[0] in first
    assert people[1] not in first
    assert people[1] in roster(admin, team)


def test_roster_that_is_filled_again_stays_as_it_is(claimed, admin, team):
    _, settings = claimed(1)

    fill(settings, size=50)
    first = admin.get("/team/info", params={"team_id": team}).json()["team_info"]["members_with_roles"]
    fill(settings, size=50, times=2)

    assert admin.get("/team/info", params={"team_id": team}).json()["team_info"]["members_with_roles"] == first


def test_somebody_who_deletes_their_data_is_not_made_anew_by_the_roster(claimed, admin, portal_database, team):
    """As if they were in the middle of it: their row is locked until they are gone from LiteLLM too."""
    people, settings = claimed(1)
    with portal_database.transaction():
        portal_database.execute("SELECT 1 FROM person WHERE id = %s FOR UPDATE", [people[0]])

        fill(settings, size=50)

    assert people[0] not in roster(admin, team)
