"""Signing in with Auth0 as it should go, and what nobody can do with it."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from auth0_way import Auth0SignIn, landing
from fakes.auth0 import CLIENT_ID, User


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest.mark.req("K2")
def test_person_signs_in_and_is_known_by_what_auth0_says(auth0, way, person_row, actions):
    answer = way.whole(next="/keys?sort=name")

    assert landing(answer) == "/keys?sort=name"
    assert answer.headers["cache-control"] == "no-store"
    person = person_row(auth0.user.sub)
    assert (person["kind"], person["name"], person["email"]) == ("auth0", "Alice Example", "alice@example.com")
    assert person["is_email_verified"] is True
    assert actions(person["id"]) == ["accounts.registered", "accounts.signed_in"]
    page = way.browser.get("/keys")
    assert "Sign out" in page.text
    assert "/account" in page.text


@pytest.mark.req("K2")
def test_way_to_auth0_carries_pkce_state_and_nonce_that_are_never_used_twice(auth0, way):
    first, second = query_of(way.set_out()), query_of(way.set_out())

    assert first["code_challenge_method"] == "S256"
    assert (first["response_type"], first["client_id"], first["scope"]) == ("code", CLIENT_ID, "openid profile email")
    assert first["redirect_uri"] == f"{way.browser.base_url}".rstrip("/") + "/api/auth/callback"
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert not {"client_secret", "code_verifier"} & set(first)


@pytest.mark.req("K9")
def test_terms_are_accepted_at_the_first_sign_in_and_when_they_are_new(way, auth0_portal_with, auth0, browse):
    first = way.whole(next="/usage")
    form = {"accept_terms": "true", "next": "/usage"}
    accepted = way.browser.post("/account/terms", data=form)
    second = way.whole(next="/usage")
    with auth0_portal_with(terms_version="a newer one") as server:
        third = Auth0SignIn(browse(server.url)).whole(next="/usage")

    assert first.headers["location"] == "/account/terms?next=%2Fusage"
    assert accepted.headers["location"] == "/usage"
    assert second.headers["location"] == "/usage"
    assert third.headers["location"] == "/account/terms?next=%2Fusage"


@pytest.mark.req("K2")
def test_second_sign_in_finds_the_same_person_whatever_their_address_is_now(auth0, way, person_row, actions):
    way.whole()
    before = person_row(auth0.user.sub)
    auth0.user.email, auth0.user.name, auth0.user.email_verified = "alice@new.example", "Alice Newname", False
    way.whole()

    after = person_row(auth0.user.sub)
    assert after["id"] == before["id"]
    assert (after["email"], after["name"], after["is_email_verified"]) == ("alice@new.example", "Alice Newname", False)
    assert actions(after["id"]).count("accounts.registered") == 1


@pytest.mark.req("K13")
def test_same_address_at_auth0_opens_nobody_elses_account(auth0, way, member, person_row):
    """An address proves nothing: whoever runs some mail server could otherwise walk into any account."""
    local = member(email="alice@example.com")
    auth0.user = User(email="alice@example.com")
    way.whole()
    other = person_row(auth0.user.sub)
    auth0.user = User(email="alice@example.com")
    auth0.session = None
    way.whole()

    assert person_row(auth0.user.sub)["id"] not in {local.person.id, other["id"]}
    assert other["id"] != local.person.id


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\nhttps://evil.example",
        "https:evil.example",
        "@evil.example",
        "",
    ],
)
@pytest.mark.req("K2")
def test_sign_in_leads_to_our_own_pages_only(way, wanted):
    assert landing(way.whole(next=wanted)) == "/keys"


@pytest.mark.req("K2")
def test_tabs_sign_in_at_once(auth0, way, person_row, actions):
    """Also when the person is new, so that each tab believes to be the first."""
    back = [way.at_auth0(way.set_out(next=f"/keys?tab={number}")) for number in range(4)]
    with ThreadPoolExecutor(4) as tabs:
        answers = list(tabs.map(way.browser.get, back))

    assert [landing(answer) for answer in answers] == [f"/keys?tab={number}" for number in range(4)]
    done = actions(person_row(auth0.user.sub)["id"])
    assert (done.count("accounts.registered"), done.count("accounts.signed_in")) == (1, 4)


@pytest.mark.req("K4")
def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(way, browse, auth0_portal):
    way.whole()
    old = way.browser.cookies["portal_session"]
    way.whole()

    assert way.browser.cookies["portal_session"] != old
    thief = browse(auth0_portal.url)
    thief.cookies.set("portal_session", old)
    assert "Sign out" not in thief.get("/keys").text


@pytest.mark.req("K2")
def test_answer_in_another_browser_is_refused(way, browse, auth0_portal):
    """Else a link with somebody else's answer would sign a person in as that somebody."""
    stolen = way.at_auth0(way.set_out())
    victim = browse(auth0_portal.url)
    refused = victim.get(stolen)
    Auth0SignIn(victim).set_out()
    also_refused = victim.get(way.at_auth0(way.set_out()))

    assert [refused.status_code, also_refused.status_code] == [400, 400]
    assert "another browser" in refused.text
    assert "portal_session" not in victim.cookies


@pytest.mark.req("K2")
def test_forged_browser_cookie_is_worth_nothing(way, browse, auth0_portal_with):
    """Signed with a secret of ours: a cookie of another installation is not ours."""
    address = way.at_auth0(way.set_out())
    with auth0_portal_with(auth0_secret="another secret") as server:
        other = browse(server.url)
        other.cookies.update(dict(way.browser.cookies))
        assert other.get(address).status_code == 400


@pytest.mark.req("K2")
def test_state_is_good_for_one_answer(way):
    address = way.at_auth0(way.set_out())
    way.browser.get(address)
    again = way.browser.get(address)

    assert again.status_code == 400
    assert "finished already" in again.text


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=made-up", "?error=access_denied&state=made-up"])
@pytest.mark.req("K2")
def test_answer_that_nobody_asked_for_is_refused_on_a_page(way, query):
    refused = way.browser.get(f"/api/auth/callback{query}")

    assert refused.status_code == 400
    assert refused.headers["content-type"].startswith("text/html")
    assert 'href="/api/auth/auth0/login"' in refused.text


@pytest.mark.req("K2")
def test_fresh_sign_in_asks_for_the_password_and_believes_nothing_less(auth0, way):
    way.whole()
    way.whole(again="1")
    assert [auth0.authorize_queries[-1][name] for name in ("prompt", "max_age")] == ["login", "0"]

    auth0.changes = {"auth_time": auth0.session["auth_time"] - 120}
    old = way.whole(again="1")
    auth0.changes = {"auth_time": None}
    none = way.whole(again="1")

    assert [old.status_code, none.status_code] == [400, 400]


@pytest.mark.req("K2")
def test_auth0s_own_old_session_makes_no_fresh_sign_in(auth0, way):
    """Otherwise an unlocked screen would be enough to make keys."""
    way.whole()
    first = auth0.session["auth_time"]
    auth0.session["auth_time"] = first - 16 * 60
    way.whole()

    assert auth0.session["auth_time"] >= first


@pytest.mark.req("K17")
def test_blocked_person_is_told_so(auth0, way, portal_database, browse, auth0_portal):
    way.whole()
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE subject = %s", [auth0.user.sub])
    other = browse(auth0_portal.url)
    answer = Auth0SignIn(other).whole()

    assert (answer.status_code, "blocked" in answer.text) == (403, True)
    assert "portal_session" not in other.cookies


@pytest.mark.req("K12")
def test_setting_out_is_limited_by_address(auth0_portal_with, browse):
    with auth0_portal_with(auth0_sign_ins_per_ip="2/hour") as server:
        person = browse(server.url)
        answers = [person.get("/api/auth/auth0/login") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert answers[-1].headers["retry-after"]


@pytest.mark.req("K2")
def test_odd_profile_is_kept_as_one_printable_line(auth0, way, person_row):
    auth0.user = User(name="Al\x00ice\n" + "x" * 1000, email=None, email_verified=True)
    way.whole()

    person = person_row(auth0.user.sub)
    assert person["name"].startswith("Alicexxx")
    assert len(person["name"]) == 254
    assert (person["email"], person["is_email_verified"]) == (None, False)


@pytest.mark.req("K2")
def test_redirect_uri_is_the_public_address(auth0_portal_with, browse):
    with auth0_portal_with(public_url="https://chat.example") as server:
        answer = browse(server.url).get("/api/auth/auth0/login")
    with auth0_portal_with(public_url="https://chat.example", auth0_base_url="https://keys.example/") as server:
        other = browse(server.url).get("/api/auth/auth0/login")

    assert query_of(answer.headers["location"])["redirect_uri"] == "https://chat.example/api/auth/callback"
    assert answer.headers["set-cookie"].startswith("__Host-portal_auth0=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))
    assert query_of(other.headers["location"])["redirect_uri"] == "https://keys.example/api/auth/callback"


def test_without_auth0_its_addresses_do_not_exist(visitor):
    for path in ("/api/auth/auth0/login", "/api/auth/callback", "/confirm-email"):
        assert visitor.get(path).status_code == 404


def test_no_secret_of_the_sign_in_is_in_a_page_or_address_of_ours(auth0, way):
    answer: httpx.Response = way.whole()
    page = way.browser.get("/keys")

    for token in auth0.tokens:
        assert token not in answer.text + str(answer.headers) + page.text


@pytest.mark.req("C1", "K2")
def test_chats_of_a_visitor_become_those_of_the_person_who_comes_back_from_auth0(way):
    browser = way.browser
    assert browser.post("/api/chat/visit", json={"accept_terms": True}).status_code == 201
    browser.post("/api/folders", json={"name": "Trips"})
    browser.post("/api/prompts", json={"name": "Brief", "content": "Be brief."})

    landing(way.whole())

    assert browser.get("/api/account").json()["kind"] == "auth0"
    assert [one["name"] for one in browser.get("/api/folders").json()["folders"]] == ["Trips"]
    assert [one["name"] for one in browser.get("/api/prompts").json()["prompts"]] == ["Brief"]
