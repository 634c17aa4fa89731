"""The end of an account: at LiteLLM, in Redis and in Postgres, or nowhere."""

from datetime import timedelta

import httpx
import pytest
from fakes.broken_gateway import BrokenGateway
from people import add_person, sign_in
from portal_server import served

from portal.core.clock import now

TABLES = ("person", "consent", "event", "issued_key")


def chat(url, key):
    body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5}
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(f"{url}/api/v1/chat/completions", json=body, headers=headers, timeout=30).status_code


def rows(database, person_id):
    return [
        database.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [person_id]).fetchone()[0]
        for table, column in zip(TABLES, ("id", "person_id", "person_id", "person_id"), strict=True)
    ]


def delete(client, confirm="delete"):
    return client.request("DELETE", "/api/account", json={"confirm": confirm})


@pytest.mark.req("K14")
def test_visitor_deletes_everything_and_the_key_stops_working(platform, visitor, admin, portal_database):
    key = visitor.post("/api/keys/claim", json={"accept_terms": True}).json()["key"]
    me = visitor.get("/api/account").json()["id"]
    assert chat(platform.portal_url, key) == 200

    assert delete(visitor).status_code == 204

    assert chat(platform.portal_url, key) == 401
    assert rows(portal_database, me) == [0, 0, 0, 0]
    assert admin.get("/user/info", params={"user_id": me}).status_code == 404
    assert admin.get("/key/list", params={"user_id": me}).json()["keys"] == []
    assert "portal_session" not in visitor.cookies


@pytest.mark.req("K14")
@pytest.mark.parametrize("confirm", ["delete", " DELETE ", "{email}"])
def test_account_is_deleted_in_every_browser_and_the_address_is_free(account, browse, platform, confirm):
    somebody = account()
    other = browse(platform.portal_url)
    other.post("/api/auth/login", json=somebody.credentials)
    me = other.get("/api/account").json()["id"]

    assert delete(somebody.client, confirm.format(email=somebody.email.upper())).status_code == 204

    assert other.get("/api/account").status_code == 401
    assert other.post("/api/auth/login", json=somebody.credentials).status_code == 401
    again = other.post("/api/auth/register", json={**somebody.credentials, "accept_terms": True})
    assert again.status_code == 201
    assert again.json()["id"] != me


@pytest.mark.req("K14")
@pytest.mark.parametrize("body", [{}, {"confirm": ""}, {"confirm": "yes"}, {"confirm": "bob@example.org"}])
def test_nothing_is_deleted_without_the_right_word(account, body):
    person = account().client

    refused = person.request("DELETE", "/api/account", json=body)
    page = person.post("/account/delete", data=body)

    assert refused.status_code == page.status_code == 422
    assert "confirm" in refused.json()["errors"]
    assert person.get("/api/account").status_code == 200


@pytest.mark.req("K14")
def test_old_sign_in_deletes_nothing(platform, browse):
    person = add_person(platform, email="old-sign-in@example.org")
    client = sign_in(platform, browse(platform.portal_url), person, lambda: now() - timedelta(hours=1)).client

    assert delete(client).json()["code"] == "fresh_sign_in_needed"
    assert client.get("/account/delete").headers["location"].endswith("again=1")
    assert client.get("/api/account").status_code == 200


@pytest.mark.req("K14", "A3")
@pytest.mark.parametrize("manner", ["500", "cut", "not there"])
def test_litellm_down_deletes_nothing(platform, portal_with, browse, account, portal_database, manner):
    gateway = BrokenGateway(platform.gateway_url)
    gateway.breaks("/user/delete", manner)
    with served(gateway) as url:
        endpoint = "http://127.0.0.1:9" if manner == "not there" else url
        with portal_with(litellm_api_endpoint=endpoint) as server:
            somebody = account(server.url)
            me = somebody.client.get("/api/account").json()["id"]
            before = rows(portal_database, me)

            refused = delete(somebody.client)
            page = somebody.client.post("/account/delete", data={"confirm": "delete"})

            assert (refused.status_code, page.status_code) == (503, 503)
            assert refused.headers["retry-after"]
            assert "gateway" in page.text
            assert rows(portal_database, me) == before
            assert somebody.client.get("/api/account").status_code == 200


@pytest.mark.req("K14")
def test_deletion_that_was_cut_off_can_be_repeated(platform, portal_with, browse, portal_database):
    """LiteLLM has deleted but its answer is lost: the next try finds nothing there and finishes here."""
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as url, portal_with(litellm_api_endpoint=url) as server:
        person = browse(server.url)
        person.post("/api/keys/claim", json={"accept_terms": True})
        me = person.get("/api/account").json()["id"]
        gateway.breaks("/user/delete", "answer lost")
        assert delete(person).status_code == 503
        assert rows(portal_database, me)[0] == 1
        gateway.heals()

        assert delete(person).status_code == 204

    assert rows(portal_database, me) == [0, 0, 0, 0]


@pytest.mark.req("K13", "K14")
def test_deletion_touches_nobody_else(account, portal_database):
    leaving, staying = account(), account()
    other = staying.client.get("/api/account").json()["id"]
    before = rows(portal_database, other)

    delete(leaving.client)

    assert rows(portal_database, other) == before
    assert staying.client.get("/api/account").status_code == 200


@pytest.mark.req("K14")
def test_page_deletes_and_says_goodbye(account):
    somebody = account()
    form = somebody.client.get("/account/delete")

    done = somebody.client.post("/account/delete", data={"confirm": "delete"})

    assert "can't be undone" in form.text
    assert "Everything of yours is deleted" in done.text
    assert "Sign out" not in done.text
    assert "portal_session" not in somebody.client.cookies
