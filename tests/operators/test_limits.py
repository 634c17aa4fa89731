"""Limits that an operator sets for one person count, and are taken back by emptying them."""

import pytest


@pytest.mark.req("K17")
def test_raised_limit_lets_more_requests_through_and_emptied_it_is_the_policy_again(
    portal_with, browse, olga, claimant, events, wait_until
):
    with portal_with(permissionless_requests_per_minute=2) as server:
        operator = browse(server.url)
        operator.cookies.set("portal_session", olga.token)
        person = claimant(server.url)
        address = f"/api/operator/people/{person.person_id}/limits"
        assert [person.ask().status_code for _ in range(3)] == [200, 200, 429]

        assert operator.put(address, json={"requests_per_minute": 500}).status_code == 204

        # For some seconds LiteLLM may go on with the limit it had in its memory.
        wait_until(lambda: [person.ask().status_code for _ in range(4)] == [200] * 4)
        assert operator.get(f"/api/operator/people/{person.person_id}").json()["override"]["requests_per_minute"] == 500

        assert operator.put(address, json={}).status_code == 204
        wait_until(lambda: person.ask().status_code == 429)

    assert [action for action, _, _ in events(person.person_id)] == ["accounts.limits_changed"] * 2


def test_form_sends_all_fields_and_empty_ones_follow_the_policy(olga, claimant, portal_database):
    person = claimant()
    form = {
        "active_keys": "3",
        "requests_per_minute": "",
        "tokens_per_minute": "1000",
        "parallel_requests": " ",
        "budget_usd": "2.50",
    }

    saved = olga.client.post(f"/operator/people/{person.person_id}/limits", data=form)

    assert saved.status_code == 303
    assert "Limits saved" in olga.client.get(saved.headers["location"]).text
    row = portal_database.execute(
        "SELECT active_keys, requests_per_minute, tokens_per_minute, parallel_requests, budget_usd::text"
        " FROM limit_override WHERE person_id = %s",
        [person.person_id],
    ).fetchone()
    assert row == (3, None, 1000, None, "2.50")


@pytest.mark.parametrize(
    "body",
    [
        {"requests_per_minute": -1},
        {"requests_per_minute": 2**31},
        {"requests_per_minute": "many"},
        {"requests_per_minute": 1.5},
        {"budget_usd": "NaN"},
        {"budget_usd": "-1"},
        {"budget_usd": "1e400"},
        {"team": "admins"},
    ],
)
def test_odd_limits_are_refused_and_change_nothing(olga, claimant, events, body):
    person = claimant()

    refused = olga.client.put(f"/api/operator/people/{person.person_id}/limits", json=body)

    assert refused.status_code == 422
    assert events(person.person_id) == []
