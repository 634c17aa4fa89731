"""Auth0 away, slow, lying or set up wrongly: sign-in says so, and everything else goes on."""

import pytest
from auth0_way import Auth0SignIn

pytestmark = pytest.mark.req("K2", "A3")

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def auth0_portal(auth0_portal_with):
    """One for each test: what a portal knows of Auth0 already would outlast an outage."""
    with auth0_portal_with() as server:
        yield server


def assert_unavailable(answer) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert "Sign-in with Auth0 is not available right now" in answer.text
    assert "Try again" in answer.text
    assert answer.headers["retry-after"]


def test_without_auth0_only_the_sign_in_is_missing(auth0_portal_with, browse):
    with auth0_portal_with(auth0_issuer_base_url=NOBODY) as server:
        person = browse(server.url)
        refused = person.get("/api/auth/auth0/login")
        pages = [person.get(path).status_code for path in ("/", "/keys", "/terms", "/healthz")]
        claimed = person.post("/api/keys/claim", json={"accept_terms": True})

    assert_unavailable(refused)
    assert pages == [200] * 4
    assert claimed.status_code == 201


def test_portal_is_up_before_anybody_asks_auth0(auth0, auth0_portal, browse):
    assert browse(auth0_portal.url).get("/").status_code == 200
    assert not auth0.asked


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/.well-known/jwks.json"])
@pytest.mark.parametrize("manner", ["down", "garbled"])
def test_first_sign_in_works_as_soon_as_auth0_is_back(auth0, way, path, manner):
    getattr(auth0, manner).add(path)
    assert_unavailable(way.browser.get("/api/auth/auth0/login"))

    getattr(auth0, manner).clear()
    assert way.whole().status_code == 303


@pytest.mark.parametrize("path", ["/oauth/token", "/userinfo"])
@pytest.mark.parametrize("manner", ["down", "garbled"])
def test_auth0_failing_half_way_signs_nobody_in(auth0, way, person_row, path, manner):
    getattr(auth0, manner).add(path)
    answer = way.whole(next="/usage")

    assert_unavailable(answer)
    assert 'href="/api/auth/auth0/login?next=%2Fusage"' in answer.text
    assert person_row(auth0.user.sub) is None
    assert "portal_session" not in way.browser.cookies


def test_auth0_that_never_answers_costs_seconds_only(auth0, way):
    auth0.stalls.add("/oauth/token")
    answer = way.whole()

    assert_unavailable(answer)
    # The fake stalls for a minute.
    assert answer.elapsed.total_seconds() < 30


@pytest.mark.parametrize(
    "lies", [{"issuer": "https://evil.example/"}, {"issuer": None}, {"token_endpoint": 7}, {"jwks_uri": "nowhere"}]
)
def test_discovery_document_that_is_not_auth0s_is_not_followed(auth0, way, lies):
    auth0.discovery_lies = lies

    assert_unavailable(way.browser.get("/api/auth/auth0/login"))
    assert not auth0.asked["/oauth/token"]


@pytest.mark.parametrize("keys", [[], {}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": 7}, "keys"])
def test_keys_that_make_no_sense_are_an_outage(auth0, auth0_portal, way, keys, tmp_path):
    from portal_server import served
    from starlette.responses import JSONResponse

    with served(JSONResponse(keys)) as elsewhere:
        auth0.discovery_lies = {"jwks_uri": elsewhere}
        assert_unavailable(way.browser.get("/api/auth/auth0/login"))


def test_wrong_client_secret_is_our_mistake_not_the_persons(auth0, auth0_portal_with, browse, capsys):
    with auth0_portal_with(auth0_client_secret="mistyped-secret") as server:
        answer = Auth0SignIn(browse(server.url)).whole()

    assert_unavailable(answer)
    logged = capsys.readouterr().out
    assert "auth0.misconfigured" in logged
    assert "mistyped-secret" not in logged + answer.text


def test_signed_in_people_do_not_notice_an_outage(auth0, way):
    way.whole()
    auth0.down.add("*")

    assert "Sign out" in way.browser.get("/keys").text


def test_auth0_coming_back_with_another_address_book_is_followed_when_ours_is_old(auth0, platform, browse):
    """Ten minutes later, by a clock of the test's own, the addresses and keys are asked for again."""
    from datetime import timedelta

    from fakes.auth0 import CLIENT_ID, CLIENT_SECRET
    from portal_server import served

    from portal.app import create_app
    from portal.core.clock import now
    from portal.core.settings import Settings

    later = timedelta(0)
    with served(auth0) as url:
        settings = Settings(
            database_url=platform.database_url,
            redis_url=platform.redis_url,
            litellm_admin_key=platform.admin_key,
            auth0_issuer_base_url=url,
            auth0_client_id=CLIENT_ID,
            auth0_client_secret=CLIENT_SECRET,
            trusted_proxies=["127.0.0.1/32"],
        )
        with served(create_app(settings, clock=lambda: now() + later)) as portal:
            person = Auth0SignIn(browse(portal))
            person.set_out()
            person.set_out()
            assert auth0.asked["/.well-known/openid-configuration"] == 1
            later = timedelta(minutes=11)
            person.set_out()

    assert auth0.asked["/.well-known/openid-configuration"] == 2


def test_redis_away_means_no_sign_in_and_says_so(auth0_portal_with, browse):
    with auth0_portal_with(redis_url="redis://127.0.0.1:9/0") as server:
        answers = [browse(server.url).get(path) for path in ("/api/auth/auth0/login", "/api/auth/callback?state=x")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all(answer.headers["content-type"].startswith("text/html") for answer in answers)
