"""Signing out ends the session here in any case, and Auth0's own as well."""

import pytest
from auth0_way import Auth0SignIn
from fakes.auth0 import CLIENT_ID

pytestmark = pytest.mark.req("K4", "K2")


def test_signing_out_ends_both_sessions(auth0, auth0_url, way, browse, auth0_portal, actions, person_row):
    way.whole()
    token, sid = way.browser.cookies["portal_session"], auth0.session["sid"]
    first = way.browser.post("/logout")
    assert (first.status_code, first.headers["location"]) == (307, "/api/auth/auth0/logout")
    answer = way.browser.post(first.headers["location"])

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{auth0_url}/oidc/logout?")
    assert "portal_session" not in way.browser.cookies
    way.browser.get(answer.headers["location"])
    home = auth0_portal.url
    assert auth0.logout_queries == [{"client_id": CLIENT_ID, "logout_hint": sid, "post_logout_redirect_uri": home}]
    assert auth0.session is None
    thief = browse(auth0_portal.url)
    thief.cookies.set("portal_session", token)
    assert "Sign out" not in thief.get("/keys").text
    assert actions(person_row(auth0.user.sub)["id"])[-1] == "accounts.signed_out"


def test_no_token_of_auth0_stands_in_the_address(auth0, way):
    way.whole()
    location = way.browser.post("/api/auth/auth0/logout").headers["location"]

    assert "id_token" not in location
    assert "eyJ" not in location


def test_signing_out_while_auth0_is_away_ends_ours(auth0, auth0_portal_with, way, browse):
    way.whole()
    token = way.browser.cookies["portal_session"]
    with auth0_portal_with(auth0_issuer_base_url="http://127.0.0.1:9") as server:
        person = browse(server.url)
        person.cookies.set("portal_session", token)
        answer = person.post("/api/auth/auth0/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, server.url)
    assert "Sign out" not in way.browser.get("/keys").text


def test_tenant_without_an_address_for_signing_out_is_fine(auth0, auth0_portal_with, browse):
    auth0.discovery_lies = {"end_session_endpoint": None}
    with auth0_portal_with() as server:
        person = browse(server.url)
        Auth0SignIn(person).whole()

        assert person.post("/api/auth/auth0/logout").headers["location"] == server.url


def test_nobody_is_signed_out_by_another_site(way):
    way.whole()
    link = way.browser.get("/api/auth/auth0/logout")
    form = way.browser.post("/api/auth/auth0/logout", headers={"sec-fetch-site": "cross-site"})

    assert [link.status_code, form.status_code] == [405, 403]
    assert "Sign out" in way.browser.get("/keys").text


def test_signing_out_twice_or_without_a_session_leads_home(way, auth0_portal, auth0):
    way.whole()
    way.browser.post("/api/auth/auth0/logout")

    assert way.browser.post("/api/auth/auth0/logout").headers["location"] == auth0_portal.url
    assert not auth0.logout_queries


def test_local_sign_out_stays_here(auth0_portal_with, browse, platform):
    from people import add_person, sign_in

    with auth0_portal_with(local_accounts=True) as server:
        local = sign_in(platform, browse(server.url), add_person(platform))
        answer = local.client.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_pages_let_a_form_lead_to_auth0_and_nowhere_else(auth0_url, browser, visitor):
    """Chromium holds `form-action` against redirects as well."""
    policy = browser.get("/keys").headers["content-security-policy"]

    assert f"form-action 'self' {auth0_url};" in policy
    assert "form-action 'self';" in visitor.get("/keys").headers["content-security-policy"]
