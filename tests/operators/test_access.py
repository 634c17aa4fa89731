"""To everybody but an operator these pages do not exist, and changes need a sign-in from just now."""

from datetime import timedelta

import pytest
from people import sign_in

from portal.core.clock import now

NOBODY = "5c7f0b7e-0000-4000-8000-000000000000"
REASON = {"reason": "A test"}
PAGES = [
    ("GET", "/operator"),
    ("POST", "/operator/search"),
    ("GET", "/operator/people"),
    ("GET", f"/operator/people/{NOBODY}"),
    ("GET", "/operator/keys"),
    ("GET", "/operator/events"),
]
READS = [
    ("GET", "/api/operator/overview"),
    ("POST", "/api/operator/search"),
    ("GET", "/api/operator/people"),
    ("GET", f"/api/operator/people/{NOBODY}"),
    ("GET", f"/api/operator/people/{NOBODY}/events"),
    ("GET", "/api/operator/keys"),
    ("GET", "/api/operator/events"),
]
FORMS = [
    ("POST", f"/operator/people/{NOBODY}/{action}")
    for action in ("block", "unblock", "sign-out", "limits", f"keys/{NOBODY}/block", f"keys/{NOBODY}/revoke")
] + [("POST", f"/operator/people/{NOBODY}/keys/{NOBODY}/unblock")]
CHANGES = [
    *(("POST", f"/api/operator/people/{NOBODY}/{action}") for action in ("block", "unblock", "sign-out")),
    ("PUT", f"/api/operator/people/{NOBODY}/limits"),
    *(("POST", f"/api/operator/keys/{NOBODY}/{action}") for action in ("block", "unblock", "revoke")),
]


def send(client, method, path):
    if method == "GET":
        return client.get(path)
    body = {"q": "x"} if path.endswith("search") else {} if path.endswith(("limits", "sign-out")) else REASON
    sent = {"json": body} if path.startswith("/api/") else {"data": body}
    return client.request(method, path, **sent)


def test_every_operator_route_is_tried_here(visitor):
    paths = visitor.get("/api/openapi.json").json()["paths"]
    known = {path.replace(NOBODY, "{}") for _, path in READS + CHANGES}

    served = {path.replace("{person_id}", "{}").replace("{key_id}", "{}") for path in paths if "/operator" in path}
    assert served == known


@pytest.mark.req("K13", "K17")
@pytest.mark.parametrize(("method", "path"), PAGES + READS + FORMS + CHANGES)
def test_members_find_nothing_there(member, method, path):
    answer = send(member(name="Bob").client, method, path)

    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


@pytest.mark.parametrize(("method", "path"), PAGES + FORMS)
def test_strangers_are_sent_to_sign_in_from_pages(visitor, method, path):
    answer = send(visitor, method, path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?")


@pytest.mark.parametrize(("method", "path"), READS + CHANGES)
def test_strangers_are_refused_by_the_api(visitor, method, path):
    assert send(visitor, method, path).status_code == 401


@pytest.mark.parametrize(("method", "path"), [PAGES[0], READS[0], FORMS[0], CHANGES[0]])
def test_people_without_an_account_are_strangers(claimant, method, path):
    assert send(claimant().client, method, path).status_code in {303, 401}


@pytest.mark.parametrize("path", [path for _, path in PAGES + READS if NOBODY not in path and "search" not in path])
def test_operators_see_them(olga, path):
    assert olga.client.get(path).status_code == 200


@pytest.mark.parametrize(("method", "path"), FORMS + CHANGES)
def test_changes_need_a_sign_in_from_just_now(platform, browse, olga, method, path):
    stale = sign_in(platform, browse(platform.portal_url), olga.person, lambda: now() - timedelta(hours=5))

    answer = send(stale.client, method, path)

    assert answer.status_code == (403 if path.startswith("/api/") else 303)
    if answer.status_code == 303:
        assert "again=1" in answer.headers["location"]


def test_reading_does_not_need_a_fresh_sign_in(platform, browse, olga):
    stale = sign_in(platform, browse(platform.portal_url), olga.person, lambda: now() - timedelta(hours=5))

    assert stale.client.get("/operator").status_code == 200


def test_operator_who_is_no_longer_one_sees_nothing_at_once(olga, portal_database):
    portal_database.execute("UPDATE person SET is_operator = false WHERE id = %s", [olga.person.id])

    assert olga.client.get("/operator").status_code == 404
    assert olga.client.get("/api/operator/overview").status_code == 404


def test_only_operators_have_the_link(olga, member):
    assert 'href="/operator"' in olga.client.get("/usage").text
    assert 'href="/operator"' not in member().client.get("/usage").text


@pytest.mark.parametrize(("method", "path"), [pair for pair in FORMS + CHANGES if "sign-out" not in pair[1]])
def test_changes_to_nobody_are_not_found(olga, method, path):
    assert send(olga.client, method, path).status_code == 404
