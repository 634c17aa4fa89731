"""Chatting without an account: a visit, and what becomes of its chats when the visitor signs in."""

from uuid import uuid4

import pytest
from fakes.recaptcha import SECRET, FakeRecaptcha
from portal_server import served

VISIT = {"accept_terms": True}
PASSWORD = "a quiet harbour at dawn"


def new_account():
    return {"email": f"ada-{uuid4().hex}@example.org", "password": PASSWORD}


def fill(person, written):
    """A chat in a folder, one in none, and a prompt."""
    client = person.client
    folder = client.post("/api/folders", json={"name": "Trips"}).json()["id"]
    chats = written(person, "Where to?", "Lisbon.", title="Holiday", folder_id=folder), written(person, title="Tea")
    client.post("/api/prompts", json={"name": "Brief", "content": "Be brief."})
    return chats


def belongings(client):
    conversations = client.get("/api/conversations").json()["conversations"]
    folders = {one["id"]: one["name"] for one in client.get("/api/folders").json()["folders"]}
    return (
        {one["title"]: folders.get(one["folder"]) for one in conversations},
        sorted(folders.values()),
        [one["name"] for one in client.get("/api/prompts").json()["prompts"]],
    )


HOLIDAY = ({"Holiday": "Trips", "Tea": None}, ["Trips"], ["Brief"])
NOTHING = ({}, [], [])


@pytest.mark.req("C1", "K1")
def test_visitor_accepts_the_terms_once_has_a_session_and_no_key_and_can_get_one_later(
    visitor, visiting, portal_database
):
    again = visitor.post("/api/chat/visit", json=VISIT)
    assert (again.status_code, again.json()["code"]) == (409, "already_known")
    consents = visitor.get("/api/account/export").json()["consents"]
    assert [one["document"] for one in consents] == ["terms"]
    assert visitor.get("/api/keys").json() == {"keys": []}

    claimed = visitor.post("/api/keys/claim", json=VISIT)

    assert (claimed.status_code, claimed.json()["team"]) == (201, "chatapi-pless")
    owner = portal_database.execute("SELECT person_id FROM issued_key WHERE id = %s", [claimed.json()["id"]])
    assert str(owner.fetchone()[0]) == str(visiting.person.id)
    assert visitor.post("/api/auth/token").status_code == 200


@pytest.mark.req("C1")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "accept_terms"),
        ({"accept_terms": False}, "accept_terms"),
        ({"accept_terms": True, "kind": "local"}, "kind"),
        ({"accept_terms": True, "captcha": "x" * 100_000}, "captcha"),
    ],
)
def test_visit_without_the_terms_or_with_anything_else_is_refused(visitor, body, field):
    answer = visitor.post("/api/chat/visit", json=body)

    assert answer.status_code in {413, 422}
    assert answer.json().get("errors", {field: ""}).keys() == {field}
    assert "set-cookie" not in answer.headers


@pytest.mark.req("C1", "K4")
def test_signed_in_people_need_no_visit(member):
    assert member().client.post("/api/chat/visit", json=VISIT).json()["code"] == "already_known"


@pytest.mark.req("C1", "K4")
def test_visits_need_the_captcha_and_count_together_with_claimed_keys(portal_with, browse):
    fake = FakeRecaptcha()
    with (
        served(fake) as google,
        portal_with(
            captcha="recaptcha-v2",
            recaptcha_site_key="public",
            recaptcha_secret_key=SECRET,
            recaptcha_url=f"{google}/recaptcha",
            claims_per_ip="2/day",
        ) as server,
    ):
        unsolved = browse(server.url).post("/api/chat/visit", json=VISIT)
        key = browse(server.url).post("/api/keys/claim", json=VISIT | {"captcha": "solved-1"})
        visit = browse(server.url).post("/api/chat/visit", json=VISIT | {"captcha": "solved-2"})
        third = browse(server.url).post("/api/chat/visit", json=VISIT | {"captcha": "solved-3"})
        elsewhere = browse(server.url, ip="198.51.100.7").post(
            "/api/chat/visit", json=VISIT | {"captcha": f"solved-{uuid4()}"}
        )

    assert (unsolved.status_code, list(unsolved.json()["errors"])) == (422, ["captcha"])
    assert (key.status_code, visit.status_code, elsewhere.status_code) == (201, 201, 201)
    assert (third.status_code, third.json()["code"]) == (429, "limit_reached")
    assert third.headers["retry-after"]
    assert "set-cookie" not in third.headers


@pytest.mark.req("C1")
def test_chats_of_a_visitor_become_those_of_the_account_they_register(visiting, written):
    fill(visiting, written)

    registered = visiting.client.post("/api/auth/register", json=new_account() | VISIT)

    assert registered.status_code == 201
    assert belongings(visiting.client) == HOLIDAY


@pytest.mark.req("C1")
def test_chats_of_a_visitor_join_those_of_the_account_they_sign_in_to(visiting, written, browse, platform):
    account, elsewhere = new_account(), browse(platform.portal_url)
    elsewhere.post("/api/auth/register", json=account | VISIT)
    for name in ("Work", "TRIPS"):
        elsewhere.post("/api/folders", json={"name": name})
    holiday, _ = fill(visiting, written)

    assert visiting.client.post("/api/auth/login", json=account).status_code == 200

    assert belongings(visiting.client) == ({"Holiday": "TRIPS", "Tea": None}, ["TRIPS", "Work"], ["Brief"])
    assert belongings(elsewhere) == belongings(visiting.client)
    assert [one["content"] for one in elsewhere.get(holiday.path).json()["messages"]] == ["Where to?", "Lisbon."]


@pytest.mark.req("C1")
def test_answer_that_is_being_written_goes_along_and_the_visitors_key_stays(visiting, written, portal_database):
    claimed = visiting.client.post("/api/keys/claim", json=VISIT).json()
    chat = written(visiting, "Count to 100", "1, 2, ", title="Counting")
    portal_database.execute("UPDATE message SET state = 'running' WHERE id = %s", [chat.messages[-1]])

    visiting.client.post("/api/auth/register", json=new_account() | VISIT)

    states = [one["state"] for one in visiting.client.get(chat.path).json()["messages"]]
    assert states == ["complete", "running"]
    assert visiting.client.get("/api/keys").json() == {"keys": []}
    key = portal_database.execute("SELECT person_id, revoked_at FROM issued_key WHERE id = %s", [claimed["id"]])
    assert [str(one) for one in key.fetchone()] == [str(visiting.person.id), "None"]


@pytest.mark.req("C1")
def test_signing_in_again_or_as_somebody_else_with_an_account_moves_nothing(member, written, portal_database):
    alice, account = member(), new_account()
    fill(alice, written)

    alice.client.post("/api/auth/register", json=account | VISIT)

    assert belongings(alice.client) == NOTHING
    query = "SELECT count(*) FROM conversation WHERE person_id = %s"
    assert portal_database.execute(query, [alice.person.id]).fetchone() == (2,)
    assert alice.client.post("/api/auth/login", json=account).status_code == 200
    assert belongings(alice.client) == NOTHING
