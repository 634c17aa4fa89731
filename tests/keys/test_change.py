"""Renaming and revoking, and whose keys they are."""

import pytest
from key_calls import TERMS, chat, created, listed

from portal.core.crypto import digest


@pytest.mark.req("K6")
def test_new_name_is_ours_and_litellms(alice, admin):
    key = created(alice, "Robot", description="Nightly runs")

    renamed = alice.client.patch(f"/api/keys/{key['id']}", json={"name": "  Machine "})

    assert renamed.status_code == 200
    assert (renamed.json()["name"], renamed.json()["description"]) == ("Machine", "Nightly runs")
    info = admin.get("/key/info", params={"key": digest(key["key"])}).json()["info"]
    assert info["metadata"]["name"] == "Machine"


@pytest.mark.req("K6", "G12")
def test_revoked_key_stops_at_once_and_stays_listed(platform, alice):
    key = created(alice, "Robot")
    assert chat(platform.portal_url, key["key"]).status_code == 200

    answers = [alice.client.delete(f"/api/keys/{key['id']}").status_code for _ in range(2)]

    assert answers == [204, 204]
    assert chat(platform.portal_url, key["key"]).status_code == 401
    assert listed(alice.client)[key["id"]]["state"] == "revoked"
    assert "Robot" in alice.client.get("/keys").text


@pytest.mark.req("K6")
def test_revoking_twice_is_one_event(alice, portal_database):
    key = created(alice)
    for _ in range(2):
        alice.client.delete(f"/api/keys/{key['id']}")

    count = portal_database.execute(
        "SELECT count(*) FROM event WHERE person_id = %s AND action = 'keys.revoked'", [alice.person.id]
    ).fetchone()
    assert count == (1,)


@pytest.mark.req("K13")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/keys/{id}"),
        ("DELETE", "/api/keys/{id}"),
        ("POST", "/api/keys/{id}/rotate"),
        ("GET", "/keys/{id}/revoke"),
        ("POST", "/keys/{id}/revoke"),
        ("GET", "/keys/{id}/rotate"),
        ("POST", "/keys/{id}/rotate"),
        ("POST", "/keys/{id}/rename"),
        ("GET", "/keys/{id}/renew"),
    ],
)
def test_key_of_somebody_else_is_as_unknown_as_none(platform, alice, member, visitor, method, path):
    key = created(alice)
    bob = member().client
    visitor.post("/api/keys/claim", json=TERMS)
    unknown = ("8f2a7d1e-0000-4000-8000-000000000000", "not-an-id")

    for client in (bob, visitor):
        body = {"json": {}} if path.startswith("/api") else {"data": {"name": "Mine now"}}
        body = {} if method in {"GET", "DELETE"} else body
        answers = [client.request(method, path.format(id=one), **body) for one in (key["id"], *unknown)]
        assert [answer.status_code for answer in answers] == [404] * 3
        if path.startswith("/api"):
            assert len({answer.json()["detail"] for answer in answers}) == 1

    assert chat(platform.portal_url, key["key"]).status_code == 200
    assert listed(alice.client)[key["id"]]["name"] == key["name"]


@pytest.mark.req("K13")
def test_nobody_is_asked_to_sign_in(platform, alice, browse):
    key = created(alice)
    nobody = browse(platform.portal_url)

    assert nobody.delete(f"/api/keys/{key['id']}").status_code == 401
    assert nobody.post(f"/keys/{key['id']}/revoke").headers["location"].startswith("/login")
    assert nobody.get("/keys/new").headers["location"] == "/login?next=%2Fkeys%2Fnew"


@pytest.mark.req("K6")
def test_visitor_without_an_account_renames_rotates_and_revokes(platform, visitor):
    key = visitor.post("/api/keys/claim", json=TERMS).json()

    assert visitor.patch(f"/api/keys/{key['id']}", json={"name": "Mine"}).status_code == 200
    new = visitor.post(f"/api/keys/{key['id']}/rotate").json()
    assert new["name"] == "Mine"
    assert visitor.delete(f"/api/keys/{new['id']}").status_code == 204
    assert [chat(platform.portal_url, one["key"]).status_code for one in (key, new)] == [401, 401]
    assert visitor.post("/api/keys/claim", json=TERMS).status_code == 201


@pytest.mark.parametrize("body", [{"name": "x" * 61}, {"name": "\x07"}, {"team": "x"}, {"state": "active"}])
def test_only_name_and_description_can_be_changed(alice, body):
    key = created(alice)

    assert alice.client.patch(f"/api/keys/{key['id']}", json=body).status_code == 422
