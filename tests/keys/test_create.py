"""A key for somebody with an account."""

from datetime import timedelta

import httpx
import pytest
from key_calls import TERMS, chat, created, listed
from people import sign_in

from portal.core.clock import now
from portal.core.crypto import digest
from portal.models import Kind

BY_KIND = [(Kind.AUTH0, "chatapi-auth0"), (Kind.LOCAL, "chatapi-local")]


@pytest.mark.req("K2", "K3", "K6", "K15")
@pytest.mark.parametrize(("kind", "team"), BY_KIND)
def test_key_of_an_account_works_in_its_team_and_never_expires(platform, member, admin, kind, team):
    person = member(kind=kind, is_email_verified=True)

    answer = person.client.post("/api/keys", json=TERMS | {"name": "Robot", "description": "Nightly runs"})

    key = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert (key["name"], key["description"], key["team"], key["state"]) == ("Robot", "Nightly runs", team, "active")
    assert key["expires_at"] is None
    assert key["limits"]["requests_per_minute"] == 120
    assert chat(platform.portal_url, key["key"]).status_code == 200
    info = admin.get("/key/info", params={"key": digest(key["key"])}).json()["info"]
    assert (info["team_id"], info["user_id"], info["expires"]) == (team, str(person.person.id), None)


@pytest.mark.req("K6")
def test_secret_is_in_one_answer_and_nowhere_else(alice, portal_database):
    key = created(alice)

    for answer in (alice.client.get("/api/keys"), alice.client.get("/keys")):
        assert key["key"] not in answer.text
        assert key["preview"] in answer.text
    events = portal_database.execute("SELECT details::text FROM event WHERE person_id = %s", [alice.person.id])
    assert not [text for (text,) in events if key["key"] in text]


@pytest.mark.req("K9")
def test_terms_are_asked_once_for_each_version(platform, alice, portal_with, portal_database, browse):
    refused = alice.client.post("/api/keys", json={"name": "Without"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["accept_terms"])
    created(alice, "First")
    assert alice.client.post("/api/keys", json={"name": "Second"}).status_code == 201

    with portal_with(terms_version="2027-01-01") as server:
        later = sign_in(platform, browse(server.url), alice.person)
        assert later.client.post("/api/keys", json={"name": "Third"}).status_code == 422
        assert 'name="accept_terms"' in later.client.get("/keys/new").text
        assert later.client.post("/api/keys", json=TERMS).status_code == 201

    versions = portal_database.execute(
        "SELECT version FROM consent WHERE person_id = %s ORDER BY given_at", [alice.person.id]
    ).fetchall()
    assert versions == [("2026-11-01",), ("2027-01-01",)]


def test_unverified_address_of_auth0_gets_no_key(member):
    person = member(kind=Kind.AUTH0, is_email_verified=False)

    refused = person.client.post("/api/keys", json=TERMS)

    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_verified")
    assert person.client.get("/keys").status_code == 200
    assert listed(person.client) == {}


def test_sign_in_of_an_hour_ago_is_not_enough_for_a_new_secret(platform, browse, alice):
    key = created(alice)
    stale = sign_in(platform, browse(platform.portal_url), alice.person, lambda: now() - timedelta(hours=1)).client

    for path, body in (("/api/keys", TERMS), (f"/api/keys/{key['id']}/rotate", {})):
        refused = stale.post(path, json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "fresh_sign_in_needed")
    page = stale.post("/keys/new", data=TERMS)
    assert page.headers["location"].startswith("/login?next=")
    # What takes nothing from anybody is not made harder.
    assert stale.patch(f"/api/keys/{key['id']}", json={"name": "Renamed"}).status_code == 200
    assert stale.delete(f"/api/keys/{key['id']}").status_code == 204


def test_key_can_not_issue_a_key(platform, alice):
    key = created(alice)
    headers = {"authorization": f"Bearer {key['key']}"}

    for path in ("/api/keys", f"/api/keys/{key['id']}/rotate"):
        refused = httpx.post(platform.portal_url + path, json=TERMS, headers=headers, timeout=60)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_refused")


def test_visitor_without_an_account_can_not_create_and_a_member_can_not_claim(visitor, alice):
    visitor.post("/api/keys/claim", json=TERMS)

    assert visitor.post("/api/keys", json=TERMS).status_code == 401
    refused = alice.client.post("/api/keys/claim", json=TERMS)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_signed_in")
    assert listed(alice.client) == {}


@pytest.mark.req("K7")
def test_sixth_key_is_refused_with_what_to_do_and_revoking_makes_room(alice):
    keys = [created(alice, f"Key {number}") for number in range(5)]

    refused = alice.client.post("/api/keys", json={"name": "One more"})
    assert (refused.status_code, refused.json()["code"]) == (409, "key_limit_reached")
    assert "Revoke" in refused.json()["detail"]

    alice.client.delete(f"/api/keys/{keys[0]['id']}")
    created(alice, "One more")


@pytest.mark.req("K12")
def test_keys_made_by_one_person_are_counted(platform, portal_with, browse, alice):
    with portal_with(keys_made_per_person="2/hour") as server:
        person = sign_in(platform, browse(server.url), alice.person)
        key = created(person)
        assert person.client.post(f"/api/keys/{key['id']}/rotate").status_code == 201

        refused = person.client.post("/api/keys", json={"name": "Third"})

    assert (refused.status_code, refused.json()["code"]) == (429, "limit_reached")
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x" * 61}, "name"),
        ({"name": "bell\x07"}, "name"),
        ({"description": "x" * 301}, "description"),
        ({"team": "chatapi-pless"}, "team"),
        ({"limits": {"requests_per_minute": 10**6}}, "limits"),
    ],
)
def test_bad_input_names_the_field(alice, body, field):
    refused = alice.client.post("/api/keys", json=TERMS | body)

    assert refused.status_code == 422
    assert field in refused.json()["errors"]


@pytest.mark.req("K11")
def test_everything_about_a_key_is_an_event_with_its_name_and_a_coarse_place(alice, portal_database):
    key = created(alice, "Robot")
    alice.client.patch(f"/api/keys/{key['id']}", json={"name": "Machine"})
    new = alice.client.post(f"/api/keys/{key['id']}/rotate").json()
    alice.client.delete(f"/api/keys/{new['id']}")

    rows = portal_database.execute(
        "SELECT action, details, network FROM event WHERE person_id = %s ORDER BY at", [alice.person.id]
    ).fetchall()
    assert rows.pop(0)[0] == "accounts.consent_given"
    assert [action for action, _, _ in rows] == ["keys.issued", "keys.renamed", "keys.rotated", "keys.revoked"]
    assert [details["name"] for _, details, _ in rows] == ["Robot", "Machine", "Machine", "Machine"]
    assert rows[2][1]["preview"] == key["preview"]
    assert rows[2][1]["new_preview"] == new["preview"] == rows[3][1]["preview"]
    assert all(network.endswith("/24") for _, _, network in rows)
