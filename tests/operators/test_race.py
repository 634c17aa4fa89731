"""Somebody who is blocked while a key of theirs is being made must not end with one that works."""

import threading

import pytest
from fakes.paused_gateway import PausedGateway
from portal_server import served

REASON = {"reason": "A test"}


@pytest.mark.req("K17", "K7")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_key_that_is_being_made_while_its_person_is_blocked_never_works(
    platform, portal_with, claimant, browse, olga, admin, portal_database, moment
):
    gateway = PausedGateway(platform.gateway_url, "/key/generate", moment)
    with portal_with(permissionless_active_keys=2) as server:
        person = claimant(server.url)
    answers = []
    with served(gateway) as url, portal_with(litellm_api_endpoint=url, permissionless_active_keys=2) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", person.client.cookies["portal_session"])
        claim = threading.Thread(
            target=lambda: answers.append(client.post("/api/keys/claim", json={"accept_terms": True}))
        )
        claim.start()
        assert gateway.reached.wait(60)
        blocked = olga.client.post(f"/api/operator/people/{person.person_id}/block", json=REASON)
        gateway.go_on.set()
        claim.join(60)

    assert blocked.status_code == 204
    assert answers[0].status_code in {403, 503}
    assert "sk-chatapi-" not in answers[0].text
    left = portal_database.execute("SELECT id FROM issued_key WHERE person_id = %s", [person.person_id]).fetchall()
    assert [str(row[0]) for row in left] == [person.key_id]
    listed = admin.get("/key/list", params={"user_id": person.person_id, "return_full_object": True}).json()["keys"]
    assert [(key["key_alias"], key["blocked"]) for key in listed] == [(person.key_id, True)]


def test_blocked_person_is_refused_a_key(portal_with, claimant, portal_database):
    with portal_with(permissionless_active_keys=2) as server:
        person = claimant(server.url)
        portal_database.execute("UPDATE person SET blocked_at = now() WHERE id = %s", [person.person_id])

        refused = person.client.post("/api/keys/claim", json={"accept_terms": True})

    assert (refused.status_code, refused.json()["code"]) == (403, "account_blocked")
