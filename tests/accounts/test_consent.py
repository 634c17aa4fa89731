"""Terms in their versions, and marketing that is given and taken back."""

import pytest

MARKETING = {"document": "marketing"}


@pytest.mark.req("K9")
def test_marketing_is_given_and_withdrawn_and_both_are_recorded(account):
    person = account().client

    given = person.put("/api/account/consent", json={"marketing": True}).json()["marketing"]
    withdrawn = person.put("/api/account/consent", json={"marketing": False}).json()["marketing"]

    assert given["given"]
    assert given["withdrawn_at"] is None
    assert not withdrawn["given"]
    assert withdrawn["withdrawn_at"].endswith("Z")
    actions = [event["action"] for event in person.get("/api/account/events").json()["events"]][:2]
    assert actions == ["accounts.consent_withdrawn", "accounts.consent_given"]
    exported = person.get("/api/account/export").json()["consents"]
    assert [one["withdrawn_at"] is not None for one in exported if one["document"] == "marketing"] == [True]


@pytest.mark.req("K9")
def test_asking_twice_records_once(account):
    person = account().client
    for _ in range(2):
        person.put("/api/account/consent", json={"marketing": True, "accept_terms": True})

    consents = person.get("/api/account/export").json()["consents"]
    assert sorted(one["document"] for one in consents) == ["marketing", "terms"]


@pytest.mark.req("K9")
def test_new_version_of_the_terms_asks_again(portal_with, browse, account):
    somebody = account()
    with portal_with(terms_version="2027-01-01") as server:
        person = browse(server.url)
        sent = person.post("/login", data={**somebody.credentials, "next": "/account"})
        asked = person.get(sent.headers["location"])
        before = person.get("/api/account/consent").json()["terms"]
        refused = person.post("/account/terms", data={"next": "/account"})
        done = person.post("/account/terms", data={"next": "/account", "accept_terms": "true"})
        after = person.get("/api/account/consent").json()["terms"]
        again = person.post("/login", data={**somebody.credentials, "next": "/account"})

    assert sent.headers["location"] == "/account/terms?next=%2Faccount"
    assert "2026-11-01" in asked.text
    assert "2027-01-01" in asked.text
    assert (before["is_current"], before["accepted_version"]) == (False, "2026-11-01")
    assert refused.status_code == 422
    assert done.headers["location"] == "/account"
    assert (after["is_current"], after["accepted_version"]) == (True, "2027-01-01")
    assert again.headers["location"] == "/account"


@pytest.mark.req("K9")
def test_account_page_asks_for_terms_that_were_never_accepted(member):
    person = member(email="made-by-an-operator@example.org").client

    assert "wait for your yes" in person.get("/account").text
    assert "One thing first" in person.get("/account/terms").text
    person.put("/api/account/consent", json={"accept_terms": True})
    assert "wait for your yes" not in person.get("/account").text


def test_terms_can_not_be_withdrawn_from_while_the_account_stays(account):
    person = account().client

    refused = person.put("/api/account/consent", json={"accept_terms": False})

    assert refused.status_code == 422
    assert "delete your account" in refused.json()["errors"]["accept_terms"]


def test_marketing_is_switched_by_form(account):
    person = account().client

    on = person.post("/account/consent", data={"marketing": "true"}, follow_redirects=True)
    off = person.post("/account/consent", data={}, follow_redirects=True)

    assert "Agreed on" in on.text
    assert "Withdrawn on" in off.text


def test_terms_lead_on_to_our_own_pages_alone(account):
    done = account().client.post("/account/terms", data={"next": "//evil.example", "accept_terms": "true"})

    assert done.headers["location"] == "/keys"
