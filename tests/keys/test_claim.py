"""A key without an account, from the first request to the first completion."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from portal.core.crypto import digest, is_api_key

CLAIM = {"accept_terms": True}


def chat(url: str, key: str) -> httpx.Response:
    body = {"model": "sample-chat", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 20}
    return httpx.post(
        f"{url}/api/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}, timeout=60
    )


@pytest.mark.req("K1")
def test_claimed_key_completes_a_chat(platform, visitor):
    claimed = visitor.post("/api/keys/claim", json=CLAIM | {"name": "Laptop"})

    assert claimed.status_code == 201, claimed.text
    answer = chat(platform.portal_url, claimed.json()["key"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"]


@pytest.mark.req("K1", "K8")
def test_key_is_in_the_team_for_five_days_to_the_second_and_its_person_carries_the_limits(visitor, admin):
    before = datetime.now(UTC)
    claimed = visitor.post("/api/keys/claim", json=CLAIM).json()
    after = datetime.now(UTC)

    row = admin.get("/key/info", params={"key": digest(claimed["key"])}).json()["info"]
    person = admin.get("/user/info", params={"user_id": row["user_id"]}).json()["user_info"]
    expires = datetime.fromisoformat(row["expires"])
    assert before + timedelta(days=5) <= expires <= after + timedelta(days=5)
    assert abs((datetime.fromisoformat(claimed["expires_at"]) - expires).total_seconds()) < 0.001
    assert row["team_id"] == "chatapi-pless" == claimed["team"]
    assert (person["rpm_limit"], person["tpm_limit"], person["max_parallel_requests"]) == (30, 60_000, 4)
    assert person["max_budget"] == 1.0
    assert person["budget_reset_at"]
    assert (row["rpm_limit"], row["tpm_limit"], row["max_budget"]) == (None, None, None)


@pytest.mark.req("K1")
def test_expired_key_is_refused_and_a_new_one_can_be_claimed(portal_with, browse):
    with portal_with(permissionless_key_ttl=timedelta(seconds=5)) as server:
        person = browse(server.url)
        first = person.post("/api/keys/claim", json=CLAIM).json()
        assert chat(server.url, first["key"]).status_code == 200

        answer = wait_for(lambda: chat(server.url, first["key"]), lambda found: found.status_code == 401)

        assert answer.json()["error"]["code"] in {"expired_api_key", "invalid_api_key"}
        assert [key["state"] for key in person.get("/api/keys").json()["keys"]] == ["expired"]
        assert person.post("/api/keys/claim", json=CLAIM).status_code == 201
        assert [key["state"] for key in person.get("/api/keys").json()["keys"]] == ["active", "expired"]


@pytest.mark.req("K6")
def test_secret_is_in_one_answer_and_nowhere_else(platform, visitor, portal_database):
    claimed = visitor.post("/api/keys/claim", json=CLAIM)

    secret = claimed.json()["key"]
    assert is_api_key(secret)
    assert claimed.headers["cache-control"] == "no-store"
    assert secret not in visitor.get("/api/keys").text
    assert secret not in visitor.get("/keys").text
    stored = portal_database.execute("SELECT row_to_json(k)::text FROM issued_key k").fetchall()
    assert stored
    assert not [row for row in stored if secret in row[0]]
    logs = [file for file in (platform.data_dir / "logs").rglob("*") if file.is_file()]
    assert logs
    assert not [file for file in logs if secret in file.read_text(errors="replace")]


@pytest.mark.req("K4")
def test_session_cookie_is_closed_to_scripts_and_redis_holds_its_hash_alone(platform, visitor):
    claimed = visitor.post("/api/keys/claim", json=CLAIM)

    cookie = claimed.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = visitor.cookies["portal_session"]
    assert len(token) >= 43
    import redis

    with redis.Redis.from_url(platform.redis_url, decode_responses=True) as store:
        assert store.exists(f"portal:session:{digest(token)}")
        assert not [key for key in store.scan_iter("*") if token in key]


@pytest.mark.req("K7")
def test_second_active_key_is_refused_with_what_to_do(visitor):
    assert visitor.post("/api/keys/claim", json=CLAIM).status_code == 201

    refused = visitor.post("/api/keys/claim", json=CLAIM)

    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "key_limit_reached"
    assert "revoke" in refused.json()["detail"]


@pytest.mark.req("K13")
def test_stranger_sees_nothing_of_my_keys(platform, visitor, browse):
    visitor.post("/api/keys/claim", json=CLAIM | {"name": "Mine alone"})

    stranger = browse(platform.portal_url)

    assert stranger.get("/api/keys").json() == {"keys": []}
    assert "Mine alone" not in stranger.get("/keys").text
    assert "Mine alone" in visitor.get("/keys").text


@pytest.mark.req("K9")
def test_consent_is_recorded_with_version_and_time(visitor, portal_database):
    key = visitor.post("/api/keys/claim", json=CLAIM).json()

    rows = portal_database.execute(
        "SELECT document, version, now() - given_at FROM consent c JOIN issued_key k USING (person_id) WHERE k.id = %s",
        [key["id"]],
    ).fetchall()
    assert [(document, version) for document, version, _ in rows] == [("terms", "2026-11-01")]
    assert timedelta(0) <= rows[0][2] < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "accept_terms"),
        ({"accept_terms": False}, "accept_terms"),
        (CLAIM | {"name": "x" * 61}, "name"),
        (CLAIM | {"name": "bell\x07"}, "name"),
        (CLAIM | {"name": "right\u202eleft"}, "name"),
        (CLAIM | {"description": "x" * 301}, "description"),
        (CLAIM | {"email": "not an address"}, "email"),
        (CLAIM | {"team": "chatapi-auth0"}, "team"),
        (CLAIM | {"kind": "operator"}, "kind"),
        (CLAIM | {"name": 7}, "name"),
        (CLAIM | {"captcha": "x" * 8193}, "captcha"),
    ],
)
def test_bad_input_names_the_field_and_issues_nothing(visitor, body, field):
    refused = visitor.post("/api/keys/claim", json=body)

    assert refused.status_code == 422
    assert field in refused.json()["errors"]
    assert visitor.get("/api/keys").json() == {"keys": []}
    assert "portal_session" not in visitor.cookies


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"null"])
def test_malformed_json_is_a_clear_error(visitor, body):
    refused = visitor.post("/api/keys/claim", content=body, headers={"content-type": "application/json"})

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


def test_body_that_is_too_large_is_refused(visitor):
    refused = visitor.post("/api/keys/claim", json=CLAIM | {"description": "x" * 70_000})

    assert refused.status_code == 413
    assert refused.json()["code"] == "body_too_large"


def test_name_may_use_any_script(visitor):
    visitor.post("/api/keys/claim", json=CLAIM | {"name": "  Clé de démo 🔑 東京 "})

    assert visitor.get("/api/keys").json()["keys"][0]["name"] == "Clé de démo 🔑 東京"


def wait_for(ask, is_right, seconds=60):
    import time

    deadline = time.monotonic() + seconds
    while not is_right(found := ask()):
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(0.2)
    return found
