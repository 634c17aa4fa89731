"""Lists of people and keys, the overview, and what one person looks like to operators."""

from uuid import uuid4

import pytest


def ids(answer):
    return [one["key"]["id"] for one in answer.json()["keys"] if one["key"]]


@pytest.fixture
def listed(olga):
    """All ids of one list, over all of its pages."""

    def read(which: str) -> list[str]:
        found, page = [], 1
        while True:
            answer = olga.client.get("/api/operator/keys", params={"list": which, "page": page})
            assert answer.status_code == 200
            found += ids(answer)
            if page >= answer.json()["pages"]:
                assert answer.json()["total"] >= len(found)
                return found
            page += 1

    return read


@pytest.mark.req("K17")
def test_keys_without_expiry_and_expired_ones_are_listed(claimant, listed, portal_database):
    endless, over, plain = claimant(), claimant(), claimant()
    portal_database.execute("UPDATE issued_key SET expires_at = NULL WHERE id = %s", [endless.key_id])
    portal_database.execute(
        "UPDATE issued_key SET expires_at = now() - interval '1 minute' WHERE id = %s", [over.key_id]
    )

    never, expired = listed("never-expires"), listed("expired")

    assert endless.key_id in never
    assert {over.key_id, plain.key_id}.isdisjoint(never)
    assert over.key_id in expired
    assert {endless.key_id, plain.key_id}.isdisjoint(expired)


@pytest.mark.req("K17")
def test_keys_without_limits_are_listed_also_those_that_others_made(platform, portal_with, browse, olga, admin):
    alias = f"made-elsewhere-{uuid4()}"
    made = admin.post("/key/generate", json={"key_alias": alias})
    assert made.status_code == 200
    limited = f"limited-{uuid4()}"
    admin.post("/key/generate", json={"key_alias": limited, "rpm_limit": 5})
    # A portal of its own, because a list is kept for a minute.
    with portal_with() as server:
        client = browse(server.url)
        client.cookies.set("portal_session", olga.token)
        names, page, pages = [], 1, 1
        while page <= pages:
            answer = client.get("/api/operator/keys", params={"list": "without-limits", "page": page}).json()
            names += [one["name"] for one in answer["keys"]]
            page, pages = page + 1, answer["pages"]
    admin.post("/key/delete", json={"key_aliases": [alias, limited]})

    assert alias in names
    assert limited not in names


@pytest.mark.req("K17")
def test_keys_that_nobody_used_for_a_month_are_listed(platform, portal_with, browse, olga, claimant):
    """Seen from the future, because LiteLLM can't be told an older date."""
    from datetime import timedelta

    from people import start_session
    from portal_server import served

    from portal.app import create_app
    from portal.core.clock import now
    from portal.core.settings import Settings

    person = claimant()
    settings = Settings(
        database_url=platform.database_url,
        redis_url=platform.redis_url,
        litellm_api_endpoint=platform.gateway_url,
        litellm_admin_key=platform.admin_key,
        permissionless_key_ttl=timedelta(days=200),
    )
    with portal_with(permissionless_key_ttl=timedelta(days=200)) as server:
        lasting = claimant(server.url)
    for days, lists in ((31, {"unused-30"}), (91, {"unused-30", "unused-90"})):

        def later(days: int = days):
            return now() + timedelta(days=days)

        with served(create_app(settings, later)) as url:
            client = browse(url)
            client.cookies.set("portal_session", start_session(platform, olga.person, later))
            for which in ("unused-30", "unused-90"):
                found, page, pages = [], 1, 1
                while page <= pages:
                    answer = client.get("/api/operator/keys", params={"list": which, "page": page})
                    assert answer.status_code == 200, answer.text
                    found, page, pages = found + ids(answer), page + 1, answer.json()["pages"]
                assert (lasting.key_id in found) == (which in lists), (days, which)
                # It expired after five days.
                assert person.key_id not in found


def test_blocked_people_and_their_keys_are_listed(olga, claimant, listed):
    person, other = claimant(), claimant()
    olga.client.post(f"/api/operator/people/{person.person_id}/block", json={"reason": "A test"})

    blocked = olga.client.get("/api/operator/people?state=blocked").json()
    keys = listed("blocked")

    assert person.person_id in [one["id"] for one in blocked["people"]]
    assert person.key_id in keys
    assert other.key_id not in keys


def test_people_are_listed_by_kind(olga, member):
    from portal.models import Kind

    alice = member(kind=Kind.AUTH0, subject=f"auth0|{uuid4()}").person

    found = olga.client.get("/api/operator/people?kind=auth0").json()["people"]

    assert str(alice.id) in [one["id"] for one in found]
    assert {one["kind"] for one in found} == {"auth0"}


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "kind=robot", "state=odd"])
def test_odd_questions_are_refused(olga, query):
    assert olga.client.get(f"/api/operator/people?{query}").status_code == 422
    assert olga.client.get(f"/operator/people?{query}").status_code == 422


def test_page_after_the_last_one_is_empty(olga):
    assert olga.client.get("/api/operator/people?page=9999").json()["people"] == []
    assert olga.client.get("/operator/people?page=9999").status_code == 200


@pytest.mark.req("K17")
def test_overview_counts_keys_of_today_by_kind_of_person(olga, claimant):
    before = olga.client.get("/api/operator/overview").json()
    claimant()
    after = olga.client.get("/api/operator/overview").json()

    assert len(after["claims"]) == 30
    assert (
        after["claims"][-1]["claims"]["permissionless"] == before["claims"][-1]["claims"].get("permissionless", 0) + 1
    )
    assert after["people"]["permissionless"] == before["people"]["permissionless"] + 1
    assert after["active_keys"] == before["active_keys"] + 1
    assert after["parts"] == {"gateway": "ready", "database": "ready", "redis": "ready"}


def test_person_page_has_keys_consents_and_policy(olga, claimant):
    person = claimant(name="The only one")

    details = olga.client.get(f"/api/operator/people/{person.person_id}").json()
    page = olga.client.get(f"/operator/people/{person.person_id}").text

    assert [(key["name"], key["state"], key["spend"]) for key in details["keys"]] == [("The only one", "active", "0.0")]
    assert [one["document"] for one in details["consents"]] == ["terms"]
    assert len(details["usage"]) == 30
    assert details["override"]["requests_per_minute"] is None
    assert "The only one" in page
    assert f"Policy: {details['policy']['requests_per_minute']}" in page
