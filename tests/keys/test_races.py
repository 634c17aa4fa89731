"""Two tabs, one person, at the same time: never more keys than the policy allows."""

import httpx
import pytest
from key_calls import TERMS, answers_at_once, at_once, created, listed
from people import sign_in

pytestmark = pytest.mark.req("K7")

TIMES = 50


@pytest.fixture
def busy_portal(portal_with):
    with portal_with(
        account_active_keys=2,
        permissionless_active_keys=2,
        keys_made_per_person="1000/hour",
        claims_per_ip="1000/day",
        claims_per_session="1000/day",
        claim_attempts_per_ip="1000/hour",
    ) as server:
        yield server


def working(client: httpx.Client) -> list[str]:
    return [one["id"] for one in listed(client).values() if one["state"] in {"active", "rotating"}]


def tokens_in_litellm(admin, client: httpx.Client) -> int:
    any_key = next(iter(listed(client)))
    user = admin.get("/key/list", params={"key_alias": any_key, "return_full_object": "true"}).json()["keys"][0]
    return admin.get("/key/list", params={"user_id": user["user_id"], "size": 100}).json()["total_count"]


def outcome(statuses: list[int]) -> tuple[int, set[int]]:
    """How many were made, and what the others were told: no room, or, on a machine that is too busy, not now."""
    return statuses.count(201), set(statuses) - {201, 409, 503}


def test_creating_fifty_times_at_once(platform, browse, busy_portal, alice, admin):
    client = sign_in(platform, browse(busy_portal.url), alice.person).client

    statuses = at_once(client, [lambda http: http.post("/api/keys", json=TERMS)] * TIMES)

    assert outcome(statuses) == (2, set())
    assert len(working(client)) == tokens_in_litellm(admin, client) == 2


def test_claiming_fifty_times_at_once(browse, busy_portal, admin):
    client = browse(busy_portal.url)
    client.post("/api/keys/claim", json=TERMS)

    statuses = at_once(client, [lambda http: http.post("/api/keys/claim", json=TERMS)] * TIMES)

    assert outcome(statuses) == (1, set())
    assert len(working(client)) == tokens_in_litellm(admin, client) == 2


def test_two_tabs_without_a_session_fifty_times(browse, busy_portal, admin):
    """The second tab was opened before the first one had a key. One of them gets it, and the browser keeps it."""
    for _ in range(TIMES):
        browser = browse(busy_portal.url)
        assert browser.get("/").status_code == browser.get("/").status_code == 200

        answers = answers_at_once(browser, [lambda http: http.post("/keys", data={"accept_terms": "on"})] * 2)

        (made,) = [answer for answer in answers if answer.status_code == 201]
        (refused,) = [answer for answer in answers if answer.status_code != 201]
        assert refused.status_code == 409
        assert "Another tab of this browser has just asked for the same" in refused.text
        assert [answer for answer in answers if "portal_session" in answer.cookies] == [made]
        browser.cookies.update(made.cookies)
        assert len(working(browser)) == tokens_in_litellm(admin, browser) == 1


def test_a_key_in_one_tab_and_a_chat_in_the_other(browse, busy_portal):
    browser = browse(busy_portal.url)
    browser.get("/chat")
    both = [
        lambda http: http.post("/api/keys/claim", json=TERMS),
        lambda http: http.post("/api/chat/visit", json=TERMS),
    ]

    statuses = at_once(browser, both)

    assert sorted(statuses) == [201, 409]


def test_a_tab_that_failed_leaves_the_way_free(browse, busy_portal):
    browser = browse(busy_portal.url)
    browser.get("/")
    assert browser.post("/api/keys/claim", json=TERMS | {"name": "x" * 61}).status_code == 422
    assert browser.post("/keys", data={}).status_code == 422
    assert browser.post("/api/keys/claim", json=TERMS).status_code == 201


def test_who_is_known_gets_no_name_for_the_browser(browse, busy_portal):
    """It tells strangers' tabs apart, opens nothing, and goes with the session."""
    browser = browse(busy_portal.url)
    first = browser.get("/").headers["set-cookie"]
    assert "portal_browser=" in first
    assert {"HttpOnly", "SameSite=lax"} <= set(first.split("; "))
    assert "max-age" not in first.lower()
    assert "set-cookie" not in browser.get("/").headers
    browser.post("/api/keys/claim", json=TERMS)
    stolen = browse(busy_portal.url)
    stolen.cookies.set("portal_browser", browser.cookies["portal_browser"])
    assert stolen.get("/api/keys").json() == {"keys": []}
    assert stolen.post("/api/keys/claim", json=TERMS).status_code == 409

    browser.post("/logout")
    assert "portal_browser" not in browser.cookies


@pytest.mark.parametrize(("grace", "left"), [(0, 1), (3600, 2)])
def test_rotating_the_same_key_fifty_times_at_once(platform, browse, busy_portal, alice, admin, grace, left):
    client = sign_in(platform, browse(busy_portal.url), alice.person).client
    key = created(alice)
    rotate = [lambda http: http.post(f"/api/keys/{key['id']}/rotate", json={"grace_seconds": grace})] * TIMES

    statuses = at_once(client, rotate)

    assert outcome(statuses) == (1, set())
    assert len(working(client)) == tokens_in_litellm(admin, client) == left


def test_creating_and_rotating_mixed(platform, browse, busy_portal, alice, admin):
    """Each of the two keys may have one that it replaced in its grace, and there is no way to a fifth."""
    client = sign_in(platform, browse(busy_portal.url), alice.person).client
    keys = [created(alice, name) for name in ("One", "Two")]
    mixed = [
        *[lambda http: http.post("/api/keys", json=TERMS)] * (TIMES // 2),
        *[
            lambda http, key=key: http.post(f"/api/keys/{key['id']}/rotate", json={"grace_seconds": 3600})
            for key in keys * (TIMES // 4)
        ],
    ]

    statuses = at_once(client, mixed)

    assert outcome(statuses) == (2, set())
    assert len(working(client)) == tokens_in_litellm(admin, client) == 4
    assert client.post("/api/keys", json=TERMS).status_code == 409
