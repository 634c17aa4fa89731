"""The key with which the chat asks LiteLLM for a person: theirs, short-lived, and shown to nobody."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from key_calls import chat, created, listed
from prometheus_client import CollectorRegistry

from portal.accounts.people import EmailNotVerified
from portal.accounts.sign_in import PersonBlocked
from portal.clients.litellm_proxy import LitellmProxy, ProxyUnavailable
from portal.clients.litellm_spend import Activity, Counts
from portal.core.clock import now
from portal.core.crypto import digest
from portal.core.database import Database
from portal.core.errors import SignInNeeded
from portal.core.settings import Settings
from portal.keys.chat_key import KEPT_FOR, ChatKeys
from portal.keys.issue import KeyIssuer
from portal.keys.limits import Limits
from portal.keys.meters import KeyMeters
from portal.keys.policy import policies
from portal.keys.repair import CHAT_KEYS_KEPT, repair
from portal.models import Kind
from portal.usage.report import UsageReport

DAY = timedelta(days=1)


@pytest.fixture
def instance(platform):
    """`async with instance() as keys:` one portal's chat keys, at a time of the test's choice."""

    @asynccontextmanager
    async def start(clock=now, gateway_url=platform.gateway_url, secret=platform.admin_key):
        settings = Settings(
            database_url=platform.database_url, redis_url=platform.redis_url, litellm_admin_key=platform.admin_key
        )
        database = Database(settings.database_url)
        headers = {"authorization": f"Bearer {platform.admin_key}"}
        async with httpx.AsyncClient(base_url=gateway_url, headers=headers, timeout=30) as http:
            proxy = LitellmProxy(http)
            limits = Limits(database, proxy, policies(settings), clock)
            issuer = KeyIssuer(database, proxy, limits, KeyMeters(CollectorRegistry()), clock)
            keys = ChatKeys(database, issuer, limits, admin_key=secret, life=DAY, clock=clock)
            keys.database = database
            keys.repair = lambda: repair(database, proxy, clock)
            yield keys
        await database.close()

    return start


class Later:
    """A clock that can be put forward."""

    def __init__(self):
        self.by = timedelta(0)

    def __call__(self):
        return now() + self.by


class Figures:
    """What LiteLLM counts when each of the keys has asked once."""

    def __init__(self, *secrets):
        self.tokens = [digest(secret) for secret in secrets]

    async def of_user(self, user, first, last):
        return [Activity(day=last, model="sample-chat", token=one, counts=Counts(requests=1)) for one in self.tokens]


def rows(portal_database, person):
    return portal_database.execute(
        "SELECT token, stage, team FROM issued_key WHERE person_id = %s AND purpose = 'chat'", [person.person.id]
    ).fetchall()


def id_of_chat_key(portal_database, person):
    query = "SELECT id FROM issued_key WHERE person_id = %s AND purpose = 'chat'"
    return portal_database.execute(query, [person.person.id]).fetchone()[0]


def of_litellm(admin, person):
    keys = admin.get("/key/list", params={"user_id": str(person.person.id), "return_full_object": "true"}).json()
    return {key["token"]: key for key in keys["keys"]}


@pytest.mark.req("C1", "K7")
async def test_chat_asks_with_a_key_of_the_persons_own_team_that_ends_within_a_day(
    platform, instance, member, portal_database, admin
):
    alice = member()
    async with instance() as keys:
        secret = await keys.key_of(alice.person.id)

    assert chat(platform.portal_url, secret).status_code == 200
    assert rows(portal_database, alice) == [(digest(secret), "confirmed", "chatapi-local")]
    known = of_litellm(admin, alice)[digest(secret)]
    assert (known["team_id"], known["user_id"]) == ("chatapi-local", str(alice.person.id))
    assert known["expires"] < (now() + DAY + timedelta(minutes=5)).isoformat()


@pytest.mark.req("C1")
async def test_every_instance_has_the_same_key_without_asking_another(instance, member, portal_database):
    alice = member()
    async with instance() as one, instance() as other:
        assert await one.key_of(alice.person.id) == await other.key_of(alice.person.id)
    assert len(rows(portal_database, alice)) == 1


@pytest.mark.req("C1")
async def test_asked_many_times_at_once_one_key_is_made_and_every_answer_is_good(
    platform, instance, member, portal_database
):
    alice = member()
    async with instance() as keys:
        secrets = await asyncio.gather(*(keys.key_of(alice.person.id) for _ in range(20)))

    assert len(set(secrets)) == len(rows(portal_database, alice)) == 1
    assert chat(platform.portal_url, secrets[0]).status_code == 200


@pytest.mark.req("C1")
async def test_new_key_is_made_long_before_the_old_one_ends(platform, instance, member):
    alice, clock = member(), Later()
    async with instance(clock) as keys:
        first = await keys.key_of(alice.person.id)
        clock.by = DAY / 2
        assert await keys.key_of(alice.person.id) == first
        clock.by = DAY * 0.8
        second = await keys.key_of(alice.person.id)

    assert second != first
    assert [chat(platform.portal_url, key).status_code for key in (first, second)] == [200, 200]


@pytest.mark.req("C1")
async def test_key_that_is_over_is_removed_from_litellm_and_our_record_when_usage_forgets_it(
    instance, member, portal_database, admin
):
    alice, clock = member(), Later()
    async with instance(clock) as keys:
        await keys.key_of(alice.person.id)
        clock.by = DAY + timedelta(minutes=1)
        await keys.repair()
        assert of_litellm(admin, alice) == {}
        assert len(rows(portal_database, alice)) == 1
        portal_database.execute(
            "UPDATE issued_key SET revoked_at = revoked_at - %s WHERE person_id = %s",
            [CHAT_KEYS_KEPT + DAY, alice.person.id],
        )
        await keys.repair()
    assert rows(portal_database, alice) == []


@pytest.mark.req("C1")
async def test_after_a_change_of_litellms_own_key_a_new_one_is_made(platform, instance, member):
    alice = member()
    async with instance(secret="the old master key") as before, instance() as after:
        old, new = await before.key_of(alice.person.id), await after.key_of(alice.person.id)

    assert old != new
    assert chat(platform.portal_url, new).status_code == 200


@pytest.mark.req("O3")
async def test_block_of_a_person_stops_their_chat_within_seconds_and_unblocking_lets_it_go_on(
    platform, instance, member
):
    alice, olga, clock = member(), member(is_operator=True), Later()
    person = f"/api/operator/people/{alice.person.id}"
    async with instance(clock) as keys:
        secret = await keys.key_of(alice.person.id)
        assert olga.client.post(f"{person}/block", json={"reason": "Abuse."}).status_code < 300
        assert chat(platform.portal_url, secret).status_code == 401
        clock.by = KEPT_FOR
        with pytest.raises(PersonBlocked):
            await keys.key_of(alice.person.id)

        assert olga.client.post(f"{person}/unblock", json={"reason": "Sorry."}).status_code < 300
        assert await keys.key_of(alice.person.id) == secret
        assert chat(platform.portal_url, secret).status_code == 200


@pytest.mark.req("C1")
async def test_nobody_without_a_confirmed_email_and_nobody_unknown_gets_a_key(instance, member, portal_database):
    eve = member(kind=Kind.AUTH0, email="eve@example.com", is_email_verified=False)
    async with instance() as keys:
        with pytest.raises(EmailNotVerified):
            await keys.key_of(eve.person.id)
        with pytest.raises(SignInNeeded):
            await keys.key_of(uuid4())
    assert rows(portal_database, eve) == []


@pytest.mark.req("C1")
async def test_nothing_is_left_behind_where_litellm_does_not_answer(instance, member, portal_database):
    visitor = member(kind=Kind.PERMISSIONLESS)
    async with instance(gateway_url="http://127.0.0.1:9") as keys:
        with pytest.raises(ProxyUnavailable):
            await keys.key_of(visitor.person.id)

    assert rows(portal_database, visitor) == []
    assert portal_database.execute("SELECT 1 FROM person WHERE id = %s", [visitor.person.id]).fetchone()


@pytest.mark.req("C1", "K4")
async def test_chat_key_is_no_key_of_the_list_and_leaves_room_for_all_others(instance, member, portal_database):
    alice = member()
    async with instance() as keys:
        await keys.key_of(alice.person.id)
    chat_key = id_of_chat_key(portal_database, alice)
    portal_database.execute(
        "INSERT INTO limit_override (person_id, active_keys, changed_at) VALUES (%s, 1, now())", [alice.person.id]
    )

    own = created(alice)

    assert set(listed(alice.client)) == {own["id"]}
    assert [key["id"] for key in alice.client.get("/api/account/export").json()["keys"]] == [own["id"]]
    answers = [
        alice.client.patch(f"/api/keys/{chat_key}", json={"name": "Mine"}),
        alice.client.post(f"/api/keys/{chat_key}/rotate"),
        alice.client.delete(f"/api/keys/{chat_key}"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "key_not_found")] * 3


@pytest.mark.req("O2")
async def test_operators_see_no_key_of_the_chat_and_can_not_end_it_alone(instance, member, portal_database):
    alice, olga = member(), member(is_operator=True)
    async with instance() as keys:
        await keys.key_of(alice.person.id)
    key = id_of_chat_key(portal_database, alice)

    ended = olga.client.post(f"/api/operator/keys/{key}/revoke", json={"reason": "Abuse."})
    person = olga.client.get(f"/api/operator/people/{alice.person.id}").json()

    assert (ended.status_code, person["keys"]) == (404, [])


@pytest.mark.req("C1")
async def test_usage_calls_all_of_somebodys_chat_keys_chat(platform, instance, member):
    """LiteLLM's own figures come up to a minute late, so these are made up; what they are called is ours."""
    alice, clock = member(), Later()
    async with instance(clock) as keys:
        first = await keys.key_of(alice.person.id)
        clock.by = DAY * 0.9
        second = await keys.key_of(alice.person.id)
        report = UsageReport(keys.database, Figures(first, second), now)
        usage = await report.of(alice.person.id, days=7)

    assert [(key.name, counts.requests) for key, counts in usage.keys] == [("Chat", 2)]


@pytest.mark.req("C1")
async def test_deleted_account_takes_its_chat_key_along(platform, instance, member):
    alice = member()
    async with instance() as keys:
        secret = await keys.key_of(alice.person.id)
    assert alice.client.request("DELETE", "/api/account", json={"confirm": "delete"}).status_code == 204
    assert chat(platform.portal_url, secret).status_code == 401
