"""One's own account: profile, password, and everybody else's untouched."""

import pytest
from people import add_person, sign_in

from portal.models import Kind

NEW = "a noisy harbour at dusk"


@pytest.mark.req("K13", "K15")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/account"),
        ("PATCH", "/api/account"),
        ("DELETE", "/api/account"),
        ("GET", "/api/account/export"),
        ("GET", "/api/account/events"),
        ("GET", "/api/account/consent"),
        ("PUT", "/api/account/consent"),
        ("POST", "/api/account/password"),
        ("POST", "/api/auth/token"),
        ("POST", "/api/auth/logout-everywhere"),
    ],
)
def test_stranger_is_asked_to_sign_in(visitor, method, path):
    refused = visitor.request(method, path, json={})

    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize(
    "path", ["/account", "/account/password", "/account/events", "/account/delete", "/account/terms"]
)
def test_page_sends_a_stranger_to_sign_in_and_back(visitor, path):
    sent = visitor.get(path)

    assert sent.status_code == 303
    assert sent.headers["location"] == f"/login?next={path.replace('/', '%2F')}"


@pytest.mark.req("K15")
def test_name_is_changed_and_taken_away(account):
    person = account().client

    assert person.patch("/api/account", json={"name": "  Émilie 東京 "}).json()["name"] == "Émilie 東京"
    assert "Émilie 東京" in person.get("/account").text
    assert person.patch("/api/account", json={"name": ""}).json()["name"] is None


@pytest.mark.parametrize(
    "body", [{}, {"name": "x" * 81}, {"name": "a\x00"}, {"name": "a\u202e"}, {"email": "a@b.org"}, []]
)
def test_bad_change_is_refused(account, body):
    person = account(name="Ada").client

    assert person.patch("/api/account", json=body).status_code == 422
    assert person.get("/api/account").json()["name"] == "Ada"


def test_name_is_changed_by_form_and_text_is_text(account):
    person = account().client

    saved = person.post("/account/profile", data={"name": "<script>alert(1)</script>"}, follow_redirects=True)
    refused = person.post("/account/profile", data={"name": "x" * 81})

    assert "Your name is saved" in saved.text
    assert "<script>alert" not in saved.text
    assert refused.status_code == 422
    assert "at most 80" in refused.text


@pytest.mark.req("K4")
def test_new_password_ends_the_other_sessions_and_keeps_this_one(account, browse, platform):
    somebody = account()
    other = browse(platform.portal_url)
    other.post("/api/auth/login", json=somebody.credentials)
    before = somebody.client.cookies["portal_session"]

    body = {"current_password": somebody.password, "new_password": NEW}
    assert somebody.client.post("/api/account/password", json=body).status_code == 204

    assert somebody.client.cookies["portal_session"] != before
    assert somebody.client.get("/api/account").status_code == 200
    assert other.get("/api/account").status_code == 401
    assert other.post("/api/auth/login", json=somebody.credentials).status_code == 401
    assert other.post("/api/auth/login", json={"email": somebody.email, "password": NEW}).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not mine at all", NEW, "current_password"),
        (None, "short", "new_password"),
        (None, "password123", "new_password"),
        (None, "{email}", "new_password"),
    ],
)
def test_refused_password_change_changes_nothing(account, current, new, field):
    somebody = account()
    body = {
        "current_password": current or somebody.password,
        "new_password": new.format(email=somebody.email),
    }

    refused = somebody.client.post("/api/account/password", json=body)
    page = somebody.client.post("/account/password", data=body)

    shown = page.text.replace(f'name="username" value="{somebody.email}"', "")
    assert not [password for password in body.values() if f'value="{password}"' in shown]
    assert refused.status_code == page.status_code == 422
    assert field in refused.json()["errors"]
    assert f'id="{field}-error"' in page.text
    assert somebody.client.post("/api/auth/login", json=somebody.credentials).status_code == 200


@pytest.mark.req("K12")
def test_current_password_can_not_be_guessed_in_a_session(portal_with, account):
    with portal_with(sign_in_attempts_per_account="2/hour") as server:
        person = account(server.url).client
        body = {"current_password": "not mine at all", "new_password": NEW}
        answers = [person.post("/api/account/password", json=body).status_code for _ in range(3)]

    assert answers == [422, 422, 429]


def test_password_is_changed_by_form(account):
    somebody = account()
    form = {"current_password": somebody.password, "new_password": NEW}

    saved = somebody.client.post("/account/password", data=form, follow_redirects=True)

    assert "Your password is changed" in saved.text
    assert saved.headers["cache-control"] == "no-store"


def test_account_of_auth0_has_no_password_here(member):
    person = member(kind=Kind.AUTH0, email="auth0-person@example.org", subject="auth0|without-password").client

    refused = person.post("/api/account/password", json={"current_password": "x", "new_password": NEW})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_password")
    assert "Auth0" in person.get("/account").text
    assert "Change password" not in person.get("/account").text


def test_visitor_with_a_key_sees_what_we_know(visitor):
    visitor.post("/api/keys/claim", json={"accept_terms": True, "email": "somebody@example.org"})

    page = visitor.get("/account")
    known = visitor.get("/api/account").json()

    assert page.status_code == 200
    assert "somebody@example.org" in page.text
    assert "Delete your data" in page.text
    assert "Sign out everywhere" not in page.text
    assert 'href="/account"' in visitor.get("/keys").text
    assert (known["kind"], known["email"]) == ("permissionless", "somebody@example.org")
    assert visitor.patch("/api/account", json={"name": "Ada"}).status_code == 401


@pytest.mark.req("K13")
def test_nothing_of_another_account_can_be_reached(account):
    alice, bob = account(name="Alice the Secret"), account()

    for path in ("/account", "/account/events", "/api/account", "/api/account/export", "/api/account/events"):
        assert "Alice the Secret" not in bob.client.get(path).text, path
        assert alice.email not in bob.client.get(path).text, path


@pytest.mark.req("K4")
def test_outage_is_a_page_and_nobody_is_signed_in(platform, portal_with, browse):
    person = add_person(platform, email="outage@example.org")
    for broken, code in (
        ({"redis_url": "redis://127.0.0.1:9/0"}, "sessions_unavailable"),
        ({"database_url": "postgresql://nobody:secret@127.0.0.1:9/portal"}, "unavailable"),
    ):
        with portal_with(**broken) as server:
            somebody = sign_in(platform, browse(server.url), person).client
            page, answer = somebody.get("/account"), somebody.get("/api/account")

            assert (page.status_code, answer.status_code) == (503, 503)
            assert answer.json()["code"] == code
            assert "outage@example.org" not in page.text
            assert "secret" not in page.text


def test_name_of_auth0_is_changed_at_auth0(member):
    """Saved here it would be gone with the next sign-in."""
    client = member(kind=Kind.AUTH0, name="Ada Lovelace").client

    refused = client.patch("/api/account", json={"name": "Countess"})
    page = client.get("/account").text

    assert (refused.status_code, refused.json()["code"]) == (409, "name_from_auth0")
    assert "Ada Lovelace" in page
    assert "Save name" not in page
