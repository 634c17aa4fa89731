"""Every action of an operator is on record: with the operator's name for operators, without it for the person."""

import pytest

REASON = {"reason": "Because of a test"}


@pytest.fixture
def everything(olga, claimant):
    """A person to whom each action was done once."""
    person = claimant(name="Watched")
    people, keys = f"/api/operator/people/{person.person_id}", f"/api/operator/keys/{person.key_id}"
    for method, path, body in (
        ("PUT", f"{people}/limits", {"requests_per_minute": 7}),
        ("POST", f"{keys}/block", REASON),
        ("POST", f"{keys}/unblock", REASON),
        ("POST", f"{people}/block", REASON),
        ("POST", f"{people}/unblock", REASON),
        ("POST", f"{people}/sign-out", None),
        ("POST", f"{keys}/revoke", REASON),
    ):
        assert olga.client.request(method, path, json=body).status_code == 204, path
    return person


DONE = [
    "accounts.limits_changed",
    "keys.blocked",
    "keys.unblocked",
    "accounts.blocked",
    "accounts.unblocked",
    "accounts.signed_out_everywhere",
    "keys.revoked",
]


@pytest.mark.req("K17", "K11")
def test_every_action_is_an_event_with_its_operator(everything, events, olga):
    found = events(everything.person_id)

    assert [action for action, _, _ in found] == DONE
    assert {actor for _, actor, _ in found} == {str(olga.person.id)}
    assert found[0][2]["requests_per_minute"] == "7"
    assert found[1][2].items() >= {"name": "Watched", **REASON}.items()


def test_operators_read_all_actions_and_filter_them(everything, olga):
    of_person = olga.client.get("/api/operator/events", params={"person_id": everything.person_id}).json()
    blocks = olga.client.get(
        "/api/operator/events", params={"person_id": everything.person_id, "action": "keys.blocked"}
    ).json()
    page = olga.client.get("/operator/events", params={"person_id": everything.person_id}).text

    assert [event["action"] for event in of_person["events"]] == DONE[::-1]
    assert of_person["total"] == 7
    assert [event["action"] for event in blocks["events"]] == ["keys.blocked"]
    assert {event["actor_id"] for event in of_person["events"]} == {str(olga.person.id)}
    assert "Olga" in page
    assert "Because of a test" in page
    assert "Key blocked" in page


def test_person_reads_what_happened_but_not_who_it_was(member, olga):
    alice = member(name="Alice")
    assert olga.client.put(f"/api/operator/people/{alice.person.id}/limits", json={"active_keys": 2}).status_code == 204

    answer = alice.client.get("/api/account/events")

    assert answer.status_code == 200
    assert "accounts.limits_changed" in answer.text
    assert str(olga.person.id) not in answer.text
    assert "Olga" not in answer.text


def test_person_reads_why_their_key_was_blocked(claimant, olga):
    person = claimant(name="Watched")
    assert olga.client.post(f"/api/operator/keys/{person.key_id}/block", json=REASON).status_code == 204

    answer = person.client.get("/api/account/events")

    assert "Key blocked: “Watched” (by an operator), because: Because of a test" in answer.text
    assert str(olga.person.id) not in answer.text
