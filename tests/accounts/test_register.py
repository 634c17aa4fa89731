"""A new local account: what it takes, what is kept, and what a stranger can't learn from it."""

import re
from contextlib import contextmanager

import pytest
from fakes.recaptcha import SECRET, FakeRecaptcha
from people import add_person
from portal_server import served

from portal.models import Kind

PASSWORD = "a quiet harbour at dawn"
FORM = {"password": PASSWORD, "accept_terms": "true"}


def register(client, email, **changes):
    body = {"email": email, "password": PASSWORD, "accept_terms": True, **changes}
    return client.post("/api/auth/register", json=body)


@pytest.fixture
def email(address):
    return f"ada-{address}@example.org"


@pytest.mark.req("K3", "K15")
def test_registering_signs_in(visitor, email):
    answer = register(visitor, email, name="  Ada Lovelace ")

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["kind"] == "local"
    assert answer.json()["name"] == "Ada Lovelace"
    assert not answer.json()["is_email_verified"]
    assert visitor.get("/api/account").json() == answer.json()


@pytest.mark.req("K3")
def test_password_is_kept_as_a_hash_alone(platform, visitor, email, portal_database):
    register(visitor, email)

    row = portal_database.execute("SELECT password_hash, row_to_json(p)::text FROM person p WHERE email = %s", [email])
    password_hash, everything = row.fetchone()
    assert password_hash.startswith("$argon2id$")
    assert PASSWORD not in everything
    assert password_hash not in visitor.get("/api/account").text
    logs = [file for file in (platform.data_dir / "logs").rglob("*") if file.is_file()]
    assert logs
    assert not [file for file in logs if PASSWORD in file.read_text(errors="replace")]


@pytest.mark.req("K9")
def test_consents_are_recorded_with_version_and_time_and_marketing_apart(visitor, email, portal_database):
    register(visitor, email, marketing=True)

    rows = portal_database.execute(
        "SELECT document, version, now() - given_at < '1 minute' FROM consent c JOIN person p ON p.id = c.person_id "
        "WHERE p.email = %s ORDER BY document",
        [email],
    ).fetchall()
    assert rows == [("marketing", "2026-11-01", True), ("terms", "2026-11-01", True)]


@pytest.mark.req("K9")
def test_marketing_is_off_unless_it_is_asked_for(visitor, email):
    register(visitor, email)

    assert visitor.get("/api/account/consent").json()["marketing"] == {
        "given": False,
        "given_at": None,
        "withdrawn_at": None,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accept_terms": False}, "accept_terms"),
        ({"accept_terms": None}, "accept_terms"),
        ({"email": "not an address"}, "email"),
        ({"email": "nul\x00@example.org"}, "email"),
        ({"email": "x" * 300 + "@example.org"}, "email"),
        ({"email": None}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "\ud800 half a character"}, "password"),
        ({"password": 1234567890}, "password"),
        ({"name": "x" * 81}, "name"),
        ({"name": "bell\x07"}, "name"),
        ({"name": "new\nline"}, "name"),
        ({"name": "right\u202eleft"}, "name"),
        ({"name": "nul\x00"}, "name"),
        ({"kind": "auth0"}, "kind"),
        ({"is_operator": True}, "is_operator"),
        ({"captcha": "x" * 8193}, "captcha"),
    ],
)
def test_bad_input_names_the_field_and_makes_nothing(visitor, email, portal_database, changes, field):
    import json

    body = {"email": email, "password": PASSWORD, "accept_terms": True, **changes}
    refused = visitor.post("/api/auth/register", content=json.dumps(body), headers={"content-type": "application/json"})

    assert refused.status_code == 422, refused.text
    assert field in refused.json()["errors"]
    assert "portal_session" not in visitor.cookies
    assert portal_database.execute("SELECT count(*) FROM person WHERE email = %s", [email]).fetchone() == (0,)


def test_password_is_not_repeated_in_an_error(visitor, email):
    assert "very secret indeed" not in register(visitor, "wrong", password="very secret indeed").text


@pytest.mark.req("K3")
def test_known_address_answers_as_a_sign_in_to_an_unknown_one(account, visitor):
    somebody = account()

    known = register(visitor, somebody.email.upper(), password="another harbour at dusk")
    unknown = visitor.post("/api/auth/login", json={"email": "nobody@example.org", "password": PASSWORD})

    def said(answer):
        return answer.status_code, {**answer.json(), "request_id": None}

    assert said(known) == said(unknown)
    assert known.status_code == 401
    assert "portal_session" not in visitor.cookies


@pytest.mark.req("K3")
def test_registering_twice_with_the_right_password_signs_in_and_changes_nothing(account, visitor):
    somebody = account(name="Ada")

    again = register(visitor, somebody.email, name="Mallory", marketing=True)

    assert again.json() == somebody.client.get("/api/account").json()
    assert again.json()["name"] == "Ada"
    assert not visitor.get("/api/account/consent").json()["marketing"]["given"]


@pytest.mark.req("K3")
def test_address_of_an_auth0_account_is_free_for_a_local_one(platform, visitor, email):
    """Nothing joins the two: an address that nobody has verified opens no door."""
    other = add_person(platform, kind=Kind.AUTH0, email=email, subject=f"auth0|{email}")

    assert register(visitor, email).json()["id"] != str(other.id)


def test_simultaneous_registrations_make_one_account(platform, browse, email, portal_database):
    from concurrent.futures import ThreadPoolExecutor

    clients = [browse(platform.portal_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda client: register(client, email), clients))

    assert [answer.status_code for answer in answers] == [201] * 4
    assert portal_database.execute("SELECT count(*) FROM person WHERE email = %s", [email]).fetchone() == (1,)


@contextmanager
def portal_with_captcha(portal_with, fake):
    with (
        served(fake) as google,
        portal_with(
            recaptcha_site_key="public", recaptcha_secret_key=SECRET, recaptcha_url=f"{google}/recaptcha"
        ) as server,
    ):
        yield server


@pytest.mark.req("K3", "K12")
def test_captcha_guards_registration(portal_with, browse, email):
    with portal_with_captcha(portal_with, FakeRecaptcha()) as server:
        person = browse(server.url)
        refused = register(person, email)
        page = person.post("/register", data={**FORM, "email": email})
        solved = person.post("/register", data={**FORM, "email": email, "g-recaptcha-response": "solved-r"})

    assert refused.status_code == 422
    assert "robot" in refused.json()["errors"]["captcha"]
    assert page.status_code == 422
    assert "robot" in page.text
    assert solved.status_code == 303


@pytest.mark.req("K12")
def test_registrations_are_counted_per_network(portal_with, browse, email):
    with portal_with(registrations_per_ip="2/day") as server:
        answers = [register(browse(server.url), f"{number}-{email}") for number in range(3)]
        elsewhere = register(browse(server.url, ip="2001:db8:7:7::1"), f"elsewhere-{email}")

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 86_400
    assert elsewhere.status_code == 201


@pytest.mark.req("K12")
def test_used_up_registrations_do_not_tell_which_addresses_have_an_account(portal_with, browse, email):
    with portal_with(registrations_per_ip="1/day") as server:
        register(browse(server.url), email)
        known = register(browse(server.url), email, password="another harbour at dusk")
        unknown = register(browse(server.url), f"new-{email}")

    assert (known.status_code, known.json()["detail"]) == (unknown.status_code, unknown.json()["detail"])


def test_form_leads_on_to_where_the_person_wanted_to_go(visitor, email):
    page = visitor.get("/register", params={"next": "/usage?days=7"})
    assert 'value="/usage?days=7"' in page.text

    done = visitor.post("/register", data={**FORM, "email": email, "next": "/usage?days=7"})

    assert (done.status_code, done.headers["location"]) == (303, "/usage?days=7")


def test_mistake_in_the_form_keeps_what_was_typed_but_not_the_password(visitor, email):
    page = visitor.post("/register", data={"email": email, "name": "Ada", "password": "password123"})

    assert page.status_code == 422
    assert email in page.text
    assert 'value="Ada"' in page.text
    assert "password123" not in page.text
    assert "attackers" in page.text
    assert "accept the terms" in page.text
    assert re.search("<title>Error", page.text)


def test_without_local_accounts_there_is_nothing_to_register(portal_with, browse, email):
    with portal_with(local_accounts=False) as server:
        person = browse(server.url)
        answers = [register(person, email), person.post("/api/auth/login", json={"email": email, "password": "x"})]
        page = person.get("/register", follow_redirects=True)

    assert [answer.status_code for answer in answers] == [404, 404]
    assert page.status_code == 200
    assert "works without accounts" in page.text
