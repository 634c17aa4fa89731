"""Signing in with e-mail and password: who gets in, who waits, and what an onlooker can learn."""

import time
from datetime import timedelta

import pytest
from people import add_person, sign_in

from portal.core.clock import now
from portal.models import Kind

WRONG = "another harbour at dusk"
NOBODY = {"email": "nobody-at-all@example.org", "password": WRONG}


def login(client, email, password):
    return client.post("/api/auth/login", json={"email": email, "password": password})


@pytest.mark.req("K3")
@pytest.mark.parametrize("typed", [str, str.upper, str.title, lambda email: f" {email} "])
def test_right_password_signs_in_however_the_address_is_written(account, visitor, typed):
    somebody = account()

    answer = login(visitor, typed(somebody.email), somebody.password)

    assert answer.status_code == 200
    assert answer.json()["email"] == somebody.email
    assert visitor.get("/api/account").status_code == 200


@pytest.mark.req("K3")
def test_unknown_address_and_wrong_password_answer_the_same(account, visitor):
    somebody = account()

    answers = [login(visitor, somebody.email, WRONG), login(visitor, **NOBODY)]

    first, second = ({**answer.json(), "request_id": None} for answer in answers)
    assert first == second
    assert first["status"] == 401
    assert {answer.headers.get("set-cookie") for answer in answers} == {None}


@pytest.mark.req("K3")
def test_unknown_address_takes_as_long_as_a_wrong_password(portal_with, account):
    """Without a hash for nobody the unknown address would answer in a twentieth of the time."""
    with portal_with(sign_in_attempts_per_account="1000/hour", sign_in_attempts_per_ip="1000/hour") as server:
        somebody = account(server.url)
        login(somebody.client, **NOBODY)

        def seconds(email):
            start = time.perf_counter()
            assert login(somebody.client, email, WRONG).status_code == 401
            return time.perf_counter() - start

        pairs = [(seconds(somebody.email), seconds(NOBODY["email"])) for _ in range(7)]

    # The shortest of each: a busy machine only ever adds.
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


@pytest.mark.req("K4")
def test_each_sign_in_has_a_new_session_and_ends_the_one_before(account):
    somebody = account()
    before = somebody.client.cookies["portal_session"]

    login(somebody.client, **somebody.credentials)

    after = somebody.client.cookies["portal_session"]
    assert after != before
    somebody.client.cookies.set("portal_session", before, domain="127.0.0.1")
    assert somebody.client.get("/api/account").status_code == 401


def test_planted_session_is_not_taken_over(account, visitor):
    somebody = account()
    visitor.cookies.set("portal_session", "planted" * 7, domain="127.0.0.1")

    login(visitor, **somebody.credentials)

    assert visitor.cookies["portal_session"] != "planted" * 7


@pytest.mark.req("K12")
def test_guessing_is_slowed_and_the_person_gets_in_from_elsewhere(portal_with, browse, account):
    with portal_with(sign_in_attempts_per_account="3/hour", sign_in_attempts_per_ip="100/hour") as server:
        somebody = account(server.url)
        attacker = browse(server.url, ip="198.51.100.66")
        guesses = [login(attacker, somebody.email, WRONG).status_code for _ in range(5)]
        locked = login(attacker, **somebody.credentials)
        person = login(browse(server.url), **somebody.credentials)

    assert guesses == [401, 401, 401, 429, 429]
    assert locked.status_code == 429
    assert 0 < int(locked.headers["retry-after"]) <= 3600
    assert person.status_code == 200


@pytest.mark.req("K12")
def test_guessing_at_many_accounts_from_one_network_is_slowed(portal_with, browse, account):
    with portal_with(sign_in_attempts_per_ip="3/hour") as server:
        attacker = [browse(server.url, ip=f"2001:db8:5:5::{number}") for number in range(4)]
        guesses = [login(client, f"{n}@example.org", WRONG).status_code for n, client in enumerate(attacker)]
        somebody = account(server.url)

        assert guesses == [401, 401, 401, 429]
        assert login(somebody.client, **somebody.credentials).status_code == 200


@pytest.mark.req("K12")
def test_simultaneous_guesses_do_not_pass_together(portal_with, browse, account):
    from concurrent.futures import ThreadPoolExecutor

    with portal_with(sign_in_attempts_per_account="2/hour") as server:
        somebody = account(server.url)
        clients = [browse(server.url) for _ in range(6)]
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda client: login(client, somebody.email, WRONG).status_code, clients))

    assert sorted(found) == [401, 401, 429, 429, 429, 429]


@pytest.mark.req("K12")
def test_right_password_is_never_counted(portal_with, account):
    with portal_with(sign_in_attempts_per_account="2/hour", sign_in_attempts_per_ip="2/hour") as server:
        somebody = account(server.url)
        found = [login(somebody.client, **somebody.credentials).status_code for _ in range(5)]

    assert found == [200] * 5


@pytest.mark.req("K17")
def test_blocked_person_is_told_so_but_only_with_the_right_password(account, visitor, portal_database):
    somebody = account()
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE email = %s", [somebody.email])

    assert login(visitor, somebody.email, WRONG).json()["code"] == "credentials_refused"
    assert login(visitor, **somebody.credentials).json()["code"] == "account_blocked"
    assert somebody.client.get("/api/account").status_code == 401
    page = visitor.post("/login", data=somebody.credentials)
    assert page.status_code == 403
    assert "blocked" in page.text


def test_hash_with_older_parameters_is_replaced_at_sign_in(account, visitor, portal_database):
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    somebody = account()
    old = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)).hash(somebody.password)
    portal_database.execute("UPDATE person SET password_hash = %s WHERE email = %s", [old, somebody.email])

    assert login(visitor, **somebody.credentials).status_code == 200

    query = "SELECT password_hash FROM person WHERE email = %s"
    assert portal_database.execute(query, [somebody.email]).fetchone()[0].startswith("$argon2id$v=19$m=65536,t=3")
    assert login(visitor, **somebody.credentials).status_code == 200


def test_account_of_auth0_has_no_password_to_guess(platform, visitor):
    email = "olga-of-auth0@example.org"
    add_person(platform, kind=Kind.AUTH0, email=email, subject="auth0|olga-of-auth0")

    assert login(visitor, email, WRONG).status_code == 401


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "evil",
        "",
        "http:/evil.example",
    ],
)
def test_next_never_leads_elsewhere(account, visitor, wanted):
    somebody = account()

    done = visitor.post("/login", data={**somebody.credentials, "next": wanted})
    signed_in = visitor.get("/login", params={"next": wanted})

    assert [done.headers["location"], signed_in.headers["location"]] == ["/keys", "/keys"]


def test_page_signs_in_and_leads_on(account, visitor):
    somebody = account()
    page = visitor.get("/account", follow_redirects=True)
    assert page.url.path == "/login"
    assert 'name="next" value="/account"' in page.text

    done = visitor.post("/login", data={**somebody.credentials, "next": "/account"}, follow_redirects=True)

    assert done.url.path == "/account"
    assert somebody.email in done.text


def test_refused_page_says_why_and_keeps_the_address_alone(visitor):
    page = visitor.post("/login", data={**NOBODY, "next": "/account"})

    assert page.status_code == 401
    assert "fit together" in page.text
    assert NOBODY["email"] in page.text
    assert NOBODY["password"] not in page.text
    assert 'name="next" value="/account"' in page.text
    assert "<title>Error" in page.text


def test_visitor_with_a_key_is_told_that_its_page_goes(visitor):
    assert "goes on working" not in visitor.get("/login").text
    visitor.post("/api/keys/claim", json={"accept_terms": True})

    for path in ("/login", "/register"):
        assert "goes on working until it expires" in visitor.get(path).text


def test_page_says_when_to_come_back(portal_with, browse):
    with portal_with(sign_in_attempts_per_account="1/hour") as server:
        person = browse(server.url)
        person.post("/login", data=NOBODY)
        page = person.post("/login", data=NOBODY)

    assert page.status_code == 429
    assert page.headers["retry-after"]
    assert "minutes" in page.text


def test_page_text_from_outside_is_text(visitor):
    page = visitor.post("/login", data={"email": '"><script>alert(1)</script>', "password": "x", "next": '"><b>'})

    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "<b>" not in page.text


@pytest.mark.req("K4")
def test_old_sign_in_is_asked_for_again_and_then_goes_on(platform, account, browse):
    somebody = account()
    me = somebody.client.get("/api/account").json()
    person = add_person(platform, email="elder-of-the-house@example.org")
    elder = sign_in(platform, browse(platform.portal_url), person, lambda: now() - timedelta(hours=1)).client

    refused = elder.post("/api/account/password", json={"current_password": "x", "new_password": "y"})
    asked = elder.get("/account/password")
    again = elder.get(asked.headers["location"])

    assert refused.json()["code"] == "fresh_sign_in_needed"
    assert asked.headers["location"] == "/login?next=%2Faccount%2Fpassword&again=1"
    assert "Confirm that it is you" in again.text
    assert "elder-of-the-house@example.org" in again.text
    assert me["email"] not in again.text
    assert somebody.client.get("/account/password").status_code == 200


def test_both_ways_in_are_shown_where_both_are_on(portal_with, browse):
    auth0 = {
        "auth0_issuer_base_url": "https://tenant.example",
        "auth0_client_id": "id",
        "auth0_client_secret": "secret",
    }
    link = 'href="/api/auth/auth0/login?next=%2Fusage"'
    with portal_with(**auth0) as server:
        only_auth0 = browse(server.url).get("/login", params={"next": "/usage"}).text
    with portal_with(**auth0, local_accounts=True) as server:
        both = browse(server.url).get("/login", params={"next": "/usage"}).text

    assert link in only_auth0
    assert 'name="password"' not in only_auth0
    assert link in both
    assert 'name="password"' in both


@pytest.mark.parametrize(("kind", "has_form", "has_link"), [(Kind.LOCAL, True, False), (Kind.AUTH0, False, True)])
def test_who_proves_themselves_again_is_asked_for_their_own_way_in(
    portal_with, browse, member, kind, has_form, has_link
):
    somebody = member(kind=kind)
    auth0 = {
        "auth0_issuer_base_url": "https://tenant.example",
        "auth0_client_id": "id",
        "auth0_client_secret": "secret",
    }
    with portal_with(**auth0, local_accounts=True) as server:
        client = browse(server.url)
        client.cookies.set("portal_session", somebody.token, domain="127.0.0.1")
        page = client.get("/login", params={"again": "1", "next": "/account"}).text

    assert ('name="password"' in page) == has_form
    assert ('href="/api/auth/auth0/login?next=%2Faccount&amp;again=1"' in page) == has_link


def test_form_of_another_site_signs_nobody_in(account, visitor):
    somebody = account()
    refused = visitor.post("/login", data=somebody.credentials, headers={"sec-fetch-site": "cross-site"})

    assert refused.status_code == 403
    assert "portal_session" not in visitor.cookies


@pytest.mark.parametrize(
    "broken", [{"redis_url": "redis://127.0.0.1:9/0"}, {"database_url": "postgresql://u:pw@127.0.0.1:9/x"}]
)
def test_outage_is_said_on_the_page_and_signs_nobody_in(portal_with, browse, broken):
    with portal_with(**broken) as server:
        person = browse(server.url)
        form = person.get("/login")
        login_page = person.post("/login", data=NOBODY)
        register_page = person.post("/register", data={**NOBODY, "accept_terms": "true"})
        answer = person.post("/api/auth/login", json=NOBODY)

    assert form.status_code == 200
    assert [login_page.status_code, register_page.status_code, answer.status_code] == [503, 503, 503]
    assert "try again" in login_page.text
    assert answer.headers["retry-after"]
    assert "portal_session" not in person.cookies
