"""Access tokens: a session for programs, as good as the session and no better."""

import base64
import json
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from redis.asyncio import Redis

from portal.accounts.session import Sessions
from portal.accounts.tokens import TokenRefused, Tokens, token_secrets
from portal.core.settings import SettingsInvalid, load_settings

SECRET = "a secret of this portal alone, long enough"
OLDER = "the secret of last year, which is long too"


@pytest.fixture
def server(portal_with):
    with portal_with(token_secrets=[SECRET, OLDER]) as server:
        yield server


@pytest.fixture
def somebody(server, account):
    return account(server.url)


@pytest.fixture
def token(somebody):
    return somebody.client.post("/api/auth/token").json()["access_token"]


@pytest.fixture
def program(server, address):
    """`program(token)`: no cookies, only the token."""
    clients = []

    def open_client(token, scheme="Bearer"):
        headers = {"authorization": f"{scheme} {token}", "x-forwarded-for": address}
        clients.append(httpx.Client(base_url=server.url, headers=headers, timeout=30))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


def parts(token):
    """Header and claims, read without checking."""
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def signed(claims, secret=SECRET, alg="HS256", **header):
    key = OctKey.import_key(secret)
    return jwt.encode({"alg": alg, **header}, claims, key, algorithms=[alg])


def kid_of(token):
    return parts(token)[0]["kid"]


@pytest.mark.req("K3", "K15")
def test_token_stands_for_the_session_for_a_quarter_of_an_hour(somebody, program):
    answer = somebody.client.post("/api/auth/token")

    found = answer.json()
    header, claims = parts(found["access_token"])
    me = somebody.client.get("/api/account").json()
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 900)
    assert answer.headers["cache-control"] == "no-store"
    assert header["alg"] == "HS256"
    assert (claims["sub"], claims["kind"], claims["exp"] - claims["iat"]) == (me["id"], "local", 900)
    assert somebody.client.cookies["portal_session"] not in found["access_token"]
    assert program(found["access_token"]).get("/api/account").json() == me
    assert program(found["access_token"], "bearer").get("/api/account").json() == me


@pytest.mark.req("K15")
def test_program_without_a_cookie_may_change_things_wherever_it_says_it_comes_from(token, program):
    script = program(token)

    changed = script.patch("/api/account", json={"name": "By script"}, headers={"origin": "https://elsewhere.example"})

    assert changed.json()["name"] == "By script"
    assert script.get("/api/keys").status_code == 200


def test_token_does_not_lend_itself_to_a_cookie_of_another_site(somebody, token):
    headers = {"authorization": f"Bearer {token}", "sec-fetch-site": "cross-site"}

    assert somebody.client.patch("/api/account", json={"name": "x"}, headers=headers).status_code == 403


def test_token_is_good_for_the_named_addresses_alone(token, program):
    script = program(token)

    assert script.get("/account").status_code == 303
    assert script.post("/api/auth/token").status_code == 401
    assert script.get("/api/accounts-of-others").status_code == 404


@pytest.mark.req("K4")
@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/logout-everywhere"])
def test_token_ends_with_its_session(somebody, token, program, path):
    assert program(token).get("/api/account").status_code == 200

    somebody.client.post(path)

    refused = program(token).get("/api/account")
    assert (refused.status_code, refused.json()["code"]) == (401, "token_refused")


@pytest.mark.req("K4")
def test_token_of_another_session_ends_with_the_password(somebody, token, server, browse, program):
    other = browse(server.url)
    other.post("/api/auth/login", json=somebody.credentials)
    body = {"current_password": somebody.password, "new_password": "a noisy harbour at dusk"}

    other.post("/api/account/password", json=body)

    assert program(token).get("/api/account").status_code == 401


def test_token_of_a_deleted_or_blocked_person_opens_nothing(somebody, token, program, portal_database):
    portal_database.execute("UPDATE person SET blocked_at = now() WHERE email = %s", [somebody.email])
    assert program(token).get("/api/account").status_code == 401
    portal_database.execute("DELETE FROM person WHERE email = %s", [somebody.email])
    assert program(token).get("/api/account").status_code == 401


def test_forged_tokens_are_refused(token, program):
    claims, kid = parts(token)[1], kid_of(token)
    head, _, signature = token.split(".")
    promoted = signed(claims | {"kind": "auth0"}).split(".")[1]
    rsa = RSAKey.generate_key(2048)
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "kid": kid}, claims)
    )
    forged = {
        "alg none": f"{unsigned}.",
        "alg none with the old signature": f"{unsigned}.{signature}",
        "another algorithm": signed(claims, alg="HS512", kid=kid),
        "an asymmetric algorithm": jwt.encode({"alg": "RS256", "kid": kid}, claims, rsa, algorithms=["RS256"]),
        "another secret": signed(claims, "not the secret of this portal, at all!!", kid=kid),
        "an unknown kid": signed(claims, kid="unknown"),
        "no kid": signed(claims),
        "empty parts": "e30.e30.e30",
        "expired": signed(claims | {"exp": int(time.time()) - 60}, kid=kid),
        "no end": signed({name: value for name, value in claims.items() if name != "exp"}, kid=kid),
        "issued tomorrow": signed(claims | {"iat": int(time.time()) + 86_400}, kid=kid),
        "another issuer": signed(claims | {"iss": "elsewhere"}, kid=kid),
        "another audience": signed(claims | {"aud": "elsewhere"}, kid=kid),
        "no session": signed({name: value for name, value in claims.items() if name != "sid"}, kid=kid),
        "another session": signed(claims | {"sid": "0" * 64}, kid=kid),
        "another person": signed(claims | {"sub": "00000000-0000-4000-8000-000000000000"}, kid=kid),
        "changed claims": f"{head}.{promoted}.{signature}",
        "not a token": "a.b.c",
        "too much": "a" * 20_000,
        "a key of the API": "sk-chatapi-0123456789",
    }

    found = {name: program(text).get("/api/account").status_code for name, text in forged.items()}

    assert found == dict.fromkeys(forged, 401)
    assert program(signed(claims, kid=kid)).get("/api/account").status_code == 200, "the forger's tools work"


@pytest.mark.req("K6")
def test_key_of_the_api_is_never_a_session(server, browse, program):
    visitor = browse(server.url)
    key = visitor.post("/api/keys/claim", json={"accept_terms": True}).json()["key"]

    for path in ("/api/keys", "/api/account", "/api/account/export"):
        assert program(key).get(path).status_code == 401, path
    assert program(key).post("/api/keys/claim", json={"accept_terms": True}).status_code == 401


def test_bad_token_is_refused_although_the_cookie_is_good(somebody):
    headers = {"authorization": "Bearer wrong"}

    assert somebody.client.get("/api/account", headers=headers).json()["code"] == "token_refused"


def test_secrets_are_replaced_without_a_gap(portal_with, server, token, program):
    claims = parts(token)[1]
    with portal_with(token_secrets=[OLDER]) as before:
        older = OctKey.import_key(OLDER)
        assert older
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{before.url}/api/account", headers=headers, timeout=60).status_code == 401
    keys = Tokens([OLDER], None, None)._newest

    assert program(signed(claims, OLDER, kid=keys)).get("/api/account").status_code == 200
    assert kid_of(token) != keys


def test_without_a_setting_every_instance_has_the_same_secret_and_it_is_not_litellms(platform, portal_with):
    with portal_with() as one, portal_with() as other:
        assert token_secrets(one.settings) == token_secrets(other.settings)
        assert platform.admin_key not in token_secrets(one.settings)[0]


def test_short_secrets_are_refused_at_the_start():
    with pytest.raises(SettingsInvalid, match="PORTAL_TOKEN_SECRETS"):
        load_settings({"PORTAL_TOKEN_SECRETS": '["too short"]'})


async def test_clock_of_another_instance_may_be_a_little_off(platform):
    from datetime import UTC, datetime, timedelta

    from portal.models import Kind, Person

    start = datetime(2026, 11, 21, tzinfo=UTC)
    async with Redis.from_url(platform.redis_url, decode_responses=True) as redis:
        sessions = Sessions(redis, lambda: start, idle_ttl=timedelta(days=1), max_age=timedelta(days=1))
        session = await sessions.find(await sessions.start(Person(kind=Kind.LOCAL, created_at=start)))
        text = Tokens([SECRET], sessions, lambda: start).issue(session, "0" * 64)

    def good(after):
        try:
            return bool(Tokens([SECRET], sessions, lambda: start + after).verify(text))
        except TokenRefused:
            return False

    assert [good(timedelta(seconds=seconds)) for seconds in (-30, -5, 0, 899, 905, 930)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "zip", "enc"]), JSON | st.just("HS256")
    ),
    claims=JSON,
    text=st.text(max_size=40),
)
def test_whatever_a_token_holds_it_is_refused_and_never_breaks_us(header, claims, text):
    from portal.core.clock import now

    tokens = Tokens([SECRET], None, now)

    def encoded(part):
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    deep = base64.urlsafe_b64encode(b"[" * 5_000).decode()
    for token in (
        text,
        f"{deep}.{deep}.{text}",
        f"{encoded(header)}.{encoded(claims)}.{text}",
        f"{encoded(header)}.{text}.",
    ):
        with pytest.raises(TokenRefused):
            tokens.verify(token)


@given(claims=JSON)
def test_whatever_is_signed_but_not_by_us_as_claims_is_refused(claims):
    from portal.core.clock import now

    tokens = Tokens([SECRET], None, now)
    if not isinstance(claims, dict):
        claims = {"sub": claims, "iss": claims, "aud": claims, "exp": claims, "iat": claims, "sid": claims}
    key = KeySet([OctKey.import_key(SECRET, {"kid": tokens._newest})])
    token = jwt.encode({"alg": "HS256", "kid": tokens._newest}, claims, key)

    with pytest.raises(TokenRefused):
        tokens.verify(token)
