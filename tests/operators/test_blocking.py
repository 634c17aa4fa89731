"""A blocked person is out within 5 seconds, with everything they have, and comes back with exactly what worked."""

from dataclasses import replace

import pytest

REASON = {"reason": "Sent spam through our models"}


@pytest.fixture
def block(olga):
    def change(what: str, of: str, action: str, **body: str) -> int:
        answer = olga.client.post(f"/api/operator/{what}/{of}/{action}", json=body or REASON)
        return answer.status_code

    return change


@pytest.mark.req("K17", "G12")
def test_blocked_person_is_out_within_five_seconds_and_back_after(claimant, block):
    person = claimant()
    assert person.ask().status_code == 200
    assert person.client.get("/usage").status_code == 200

    assert block("people", person.person_id, "block") == 204

    person.stops()
    refused = person.client.get("/usage")
    assert refused.status_code == 403
    assert "Your access is blocked" in refused.text
    assert block("people", person.person_id, "unblock") == 204
    person.works()
    assert person.client.get("/usage").status_code == 200


def test_blocked_visitor_does_not_become_somebody_new_with_one_press(claimant, block, portal_with, portal_database):
    """Whichever press it is, they read why, and it stays so for as long as they are blocked."""
    people = "SELECT count(*) FROM person"
    with portal_with(permissionless_active_keys=3) as server:
        person = claimant(server.url)
        assert block("people", person.person_id, "block") == 204
        before = portal_database.execute(people).fetchone()
        for _ in range(2):
            page = person.client.post("/keys", data={"accept_terms": "on"})
            answers = [
                person.client.post("/api/keys/claim", json={"accept_terms": True}),
                person.client.post("/api/chat/visit", json={"accept_terms": True}),
                person.client.get("/api/keys"),
                person.client.get("/api/usage"),
            ]
            assert (page.status_code, "Your access is blocked" in page.text) == (403, True)
            assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "account_blocked")}
            assert "Your access is blocked" in person.client.get("/keys").text
            assert person.client.get("/").status_code == person.client.get("/chat").status_code == 200
        assert portal_database.execute(people).fetchone() == before

        assert block("people", person.person_id, "unblock") == 204
        assert person.client.post("/api/keys/claim", json={"accept_terms": True}).status_code == 201


def test_member_who_is_blocked_is_signed_out_and_can_not_sign_in(member, block, platform):
    alice = member(name="Alice")
    assert alice.client.get("/api/usage").status_code == 200

    assert block("people", str(alice.person.id), "block") == 204

    assert alice.client.get("/api/usage").status_code == 401


def test_local_account_that_is_blocked_can_not_sign_in(visitor, browse, platform, olga):
    account = {"email": "mallory@example.com", "password": "correct horse battery staple", "accept_terms": True}
    made = visitor.post("/api/auth/register", json=account)
    assert made.status_code == 201, made.text
    found = olga.client.post("/api/operator/search", json={"q": "mallory@example.com"}).json()["people"]["people"]
    assert olga.client.post(f"/api/operator/people/{found[0]['id']}/block", json=REASON).status_code == 204

    credentials = {key: account[key] for key in ("email", "password")}
    refused = browse(platform.portal_url).post("/api/auth/login", json=credentials)

    assert (refused.status_code, refused.json()["code"]) == (403, "account_blocked")


def test_unblocking_restores_exactly_the_keys_that_worked(platform, portal_with, claimant, block, portal_database):
    with portal_with(permissionless_active_keys=2) as server:
        person = claimant(server.url)
        second = person.client.post("/api/keys/claim", json={"accept_terms": True}).json()
    person, other = replace(person, api=f"{platform.portal_url}/api/v1"), claimant()
    assert block("keys", second["id"], "block") == 204
    assert block("people", person.person_id, "block") == 204
    person.stops()

    assert block("people", person.person_id, "unblock") == 204

    person.works()
    blocked = portal_database.execute("SELECT is_blocked_in_gateway FROM issued_key WHERE id = %s", [second["id"]])
    assert blocked.fetchone() == (True,)
    replace(person, secret=second["key"]).stops()
    other.works()


def test_one_key_is_blocked_and_unblocked_without_its_person(claimant, block):
    person = claimant()

    assert block("keys", person.key_id, "block") == 204
    person.stops()
    assert person.client.get("/api/usage").status_code == 200

    assert block("keys", person.key_id, "unblock") == 204
    person.works()


def test_blocked_key_can_not_be_rotated_into_one_that_works(claimant, block):
    person = claimant()
    assert block("keys", person.key_id, "block") == 204

    refused = person.client.post(f"/api/keys/{person.key_id}/rotate", json={})

    assert (refused.status_code, refused.json()["code"]) == (409, "key_is_blocked")


def test_unblocking_a_key_of_a_blocked_person_does_not_let_it_work(claimant, block):
    person = claimant()
    assert block("keys", person.key_id, "block") == 204
    assert block("people", person.person_id, "block") == 204

    assert block("keys", person.key_id, "unblock") == 204

    person.stops()
    assert block("people", person.person_id, "unblock") == 204
    person.works()


def test_blocking_twice_is_one_event(claimant, block, events, olga):
    person = claimant()

    assert block("people", person.person_id, "block") == 204
    assert block("people", person.person_id, "block", reason="Once more") == 204

    assert events(person.person_id) == [("accounts.blocked", str(olga.person.id), REASON)]


def test_operator_can_not_block_themselves(olga, block):
    assert block("people", str(olga.person.id), "block") == 409
    assert olga.client.get("/operator").status_code == 200


def test_revoked_key_stops_and_stays_listed(claimant, block, olga):
    person = claimant()

    assert block("keys", person.key_id, "revoke") == 204
    assert block("keys", person.key_id, "revoke") == 204

    person.stops()
    keys = olga.client.get(f"/api/operator/people/{person.person_id}").json()["keys"]
    assert [(key["id"], key["state"]) for key in keys] == [(person.key_id, "revoked")]


def test_signing_out_everywhere_ends_every_session_and_no_key(claimant, block):
    person = claimant()

    assert block("people", person.person_id, "sign-out") == 204

    assert person.client.get("/api/usage").status_code == 401
    assert person.ask().status_code == 200


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "line\nbreak", "nul\x00"])
def test_reason_is_needed_and_is_one_short_line(claimant, block, events, reason):
    person = claimant()

    assert block("people", person.person_id, "block", reason=reason) == 422
    assert events(person.person_id) == []
