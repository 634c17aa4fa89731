"""A new secret for an old key."""

from datetime import datetime, timedelta

import pytest
from key_calls import TERMS, chat, created, listed
from people import sign_in

from portal.core.clock import now
from portal.core.crypto import digest

pytestmark = pytest.mark.req("K6")


def rotate(client, key, **body):
    return client.post(f"/api/keys/{key['id']}/rotate", json=body)


def test_rotated_key_keeps_name_and_description_and_the_old_one_stops(platform, alice):
    old = created(alice, "Robot", description="Nightly runs")

    answer = rotate(alice.client, old)

    new = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert new["key"] != old["key"]
    assert (new["name"], new["description"], new["expires_at"]) == ("Robot", "Nightly runs", None)
    assert chat(platform.portal_url, new["key"]).status_code == 200
    assert chat(platform.portal_url, old["key"]).status_code == 401
    states = {key["id"]: key["state"] for key in listed(alice.client).values()}
    assert states == {old["id"]: "revoked", new["id"]: "active"}


def test_during_the_grace_both_work_and_litellm_ends_the_old_one_by_itself(platform, alice, admin):
    old = created(alice)

    new = rotate(alice.client, old, grace_seconds=3600).json()

    assert [chat(platform.portal_url, key["key"]).status_code for key in (old, new)] == [200, 200]
    rotating = listed(alice.client)[old["id"]]
    assert rotating["state"] == "rotating"
    ends_at = datetime.fromisoformat(rotating["ends_at"])
    assert timedelta(minutes=59) < ends_at - now() <= timedelta(hours=1)
    # No portal is needed for this end: it stands in LiteLLM.
    expires = admin.get("/key/info", params={"key": digest(old["key"])}).json()["info"]["expires"]
    assert abs((datetime.fromisoformat(expires) - ends_at).total_seconds()) < 30


def test_short_grace_is_over_when_it_says(platform, alice, wait_until):
    old = created(alice)
    new = rotate(alice.client, old, grace_seconds=2).json()

    wait_until(lambda: chat(platform.portal_url, old["key"]).status_code == 401)

    assert chat(platform.portal_url, new["key"]).status_code == 200


@pytest.mark.parametrize("grace", [86_401, 10**30])
def test_grace_beyond_the_policy_is_refused(alice, grace):
    old = created(alice)

    refused = rotate(alice.client, old, grace_seconds=grace)

    assert refused.status_code == 422
    assert list(listed(alice.client)) == [old["id"]]


@pytest.mark.req("K7")
def test_full_set_of_keys_can_be_rotated_but_not_extended_by_it(alice):
    keys = [created(alice, f"Key {number}") for number in range(5)]

    replacement = rotate(alice.client, keys[0], grace_seconds=3600)

    assert replacement.status_code == 201
    assert alice.client.post("/api/keys", json={}).status_code == 409
    # Without its replacement the key in its grace counts again.
    alice.client.delete(f"/api/keys/{replacement.json()['id']}")
    assert alice.client.post("/api/keys", json={}).status_code == 409
    alice.client.delete(f"/api/keys/{keys[0]['id']}")
    assert alice.client.post("/api/keys", json={}).status_code == 201


def test_key_in_its_grace_and_the_one_that_replaced_it_are_not_rotated_again(alice):
    old = created(alice)
    new = rotate(alice.client, old, grace_seconds=3600).json()

    for key in (old, new):
        refused = rotate(alice.client, key)
        assert (refused.status_code, refused.json()["code"]) == (409, "rotation_under_way")

    alice.client.delete(f"/api/keys/{old['id']}")
    assert rotate(alice.client, new).status_code == 201


def test_key_that_is_over_is_not_rotated(alice):
    key = created(alice)
    alice.client.delete(f"/api/keys/{key['id']}")

    refused = rotate(alice.client, key)

    assert (refused.status_code, refused.json()["code"]) == (409, "key_is_over")


def test_rotation_without_an_account_never_extends_a_life(platform, visitor, admin):
    claimed = visitor.post("/api/keys/claim", json=TERMS).json()
    end = datetime.fromisoformat(claimed["expires_at"])
    key = claimed
    for _ in range(3):
        key = rotate(visitor, key).json()
        ours = datetime.fromisoformat(key["expires_at"])
        theirs = datetime.fromisoformat(
            admin.get("/key/info", params={"key": digest(key["key"])}).json()["info"]["expires"]
        )
        assert end - timedelta(minutes=1) < theirs <= end
        assert abs(ours - theirs) < timedelta(milliseconds=1)

    assert chat(platform.portal_url, key["key"]).status_code == 200
    assert visitor.post("/api/keys/claim", json=TERMS).status_code == 409


def test_grace_without_an_account_ends_with_the_key_at_the_latest(portal_with, browse):
    with portal_with(permissionless_key_ttl=timedelta(minutes=10)) as server:
        person = browse(server.url)
        claimed = person.post("/api/keys/claim", json=TERMS).json()
        rotate(person, claimed, grace_seconds=3600)
        old = listed(person)[claimed["id"]]

    assert old["ends_at"] == old["expires_at"] == claimed["expires_at"]


def test_expired_key_is_renewed_in_one_click(portal_with, browse, wait_until):
    with portal_with(permissionless_key_ttl=timedelta(seconds=1)) as server:
        person = browse(server.url)
        person.post("/api/keys/claim", json=TERMS | {"name": "Weekly", "description": "Demo"})
        wait_until(lambda: [key["state"] for key in listed(person).values()] == ["expired"])
        page = person.get("/keys").text
        assert "Renew" in page

        form = {"name": "Weekly", "description": "Demo", "accept_terms": "true"}
        renewed = person.post("/keys", data=form)

        assert renewed.status_code == 201
        names = [(key["name"], key["description"]) for key in listed(person).values()]
        assert names == [("Weekly", "Demo")] * 2


def test_rotation_of_somebody_who_was_blocked_meanwhile_is_refused(platform, browse, alice, portal_database):
    key = created(alice)
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [alice.person.id])

    assert rotate(alice.client, key).status_code == 401
    again = sign_in(platform, browse(platform.portal_url), alice.person)
    assert again.client.post("/api/keys", json=TERMS).status_code == 401
