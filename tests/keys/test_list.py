"""The list of keys: JSON and page."""

import pytest
from key_calls import created, listed

pytestmark = pytest.mark.req("K5")

ADD = """
INSERT INTO issued_key
  (id, person_id, stage, name, description, preview, token, team, created_at, revoked_at, expires_at)
SELECT gen_random_uuid(), %(person)s, 'confirmed', 'Old ' || n, '', 'sk-chatapi-…' || lpad(n::text, 4, '0'),
  md5(random()::text), 'chatapi-auth0', now() - n * interval '1 day',
  %(revoked)s::timestamptz, %(expired)s::timestamptz
FROM generate_series(1, %(count)s) n
"""
PAST = "2026-01-01T00:00:00Z"


def add_old_keys(database, person, count, *, revoked=None, expired=None):
    values = {"person": person.person.id, "count": count, "revoked": revoked, "expired": expired}
    database.execute(ADD, values)


def test_nothing_is_lost_among_many_keys(alice, portal_database):
    mine = created(alice, "In use")
    add_old_keys(portal_database, alice, 130, revoked=PAST)
    add_old_keys(portal_database, alice, 30, expired=PAST)

    everything = alice.client.get("/api/keys", params={"limit": 500}).json()["keys"]
    paged = [
        key["id"]
        for offset in range(0, 200, 50)
        for key in alice.client.get("/api/keys", params={"limit": 50, "offset": offset}).json()["keys"]
    ]

    assert len(everything) == 161
    assert paged == [key["id"] for key in everything]
    assert (everything[0]["id"], everything[0]["state"]) == (mine["id"], "active")
    states = [key["state"] for key in everything]
    assert (states.count("revoked"), states.count("expired")) == (130, 30)
    pages = [alice.client.get("/keys", params={"page": number}).text for number in range(1, 10)]
    assert sum(page.count('class="card key-card') for page in pages) == 161
    assert "Page 9 of 9" in pages[-1]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"q": "old 7"}, {"Old 7"}),
        ({"q": "0003"}, {"Old 3"}),
        ({"q": "100%"}, set()),
        ({"state": "active"}, {"In use", "Leaving soon"}),
        ({"state": "revoked"}, {f"Old {number}" for number in range(1, 9)} | {"Leaving now"}),
        ({"state": "rotating"}, set()),
    ],
)
def test_keys_are_found_by_name_and_state(alice, portal_database, search, found):
    created(alice, "In use")
    created(alice, "Leaving soon")
    gone = created(alice, "Leaving now")
    alice.client.delete(f"/api/keys/{gone['id']}")
    add_old_keys(portal_database, alice, 8, revoked=PAST)

    answer = alice.client.get("/api/keys", params=search).json()["keys"]
    page = alice.client.get("/keys", params=search).text

    assert {key["name"] for key in answer} == found
    assert all(f">{name}</h3>" in page for name in found)
    assert page.count('class="card key-card') == len(found)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999", "state=stolen", f"q={'x' * 200}", "q=%00"]
)
def test_address_of_the_page_is_never_an_error(alice, query):
    created(alice)

    assert alice.client.get(f"/keys?{query}").status_code == 200


def test_page_says_what_one_has_and_what_is_left(alice):
    created(alice)

    page = " ".join(alice.client.get("/keys").text.split())
    assert "1 of 5" in page
    assert "left of $10.00" in page
    assert "240,000" in page


def test_key_blocked_by_an_operator_says_so(alice, admin):
    key = created(alice)
    admin.post("/key/block", json={"key": key["key"]}).raise_for_status()

    assert listed(alice.client)[key["id"]]["state"] == "blocked"
    assert "Blocked" in alice.client.get("/keys").text


def test_key_that_somebody_removed_in_litellm_is_not_called_active(alice, admin):
    key = created(alice)
    admin.post("/key/delete", json={"key_aliases": [key["id"]]}).raise_for_status()

    assert listed(alice.client)[key["id"]]["state"] == "revoked"


def test_last_use_and_spend_are_shown(platform, alice, wait_until):
    from key_calls import chat

    key = created(alice)
    assert chat(platform.portal_url, key["key"], max_tokens=60).status_code == 200

    wait_until(lambda: listed(alice.client)[key["id"]]["last_used_at"] is not None)


def test_empty_page_says_how_to_begin(alice, visitor):
    assert "Create a key" in alice.client.get("/keys").text
    assert "Get a key" in visitor.get("/keys").text


def test_search_for_what_nobody_can_type_is_refused(alice):
    answer = alice.client.get("/api/keys?q=%00")

    assert answer.status_code == 422
    assert "control characters" in str(answer.json()["errors"])
