"""Answers that are wrong, forged, late or meant for somebody else: nobody is signed in by them."""

import time

import pytest
from auth0_way import Auth0SignIn
from fakes.auth0 import User

pytestmark = pytest.mark.req("K2")


def assert_refused(answer, browser, *, status: int = 400) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Try again" in answer.text
    assert "portal_session" not in browser.cookies


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another application"},
        {"aud": ["the-application", "another application"]},
        {"aud": ["the-application", "another application"], "azp": "another application"},
        {"azp": "another application"},
        {"aud": None},
        {"iss": "https://evil.example/"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"auth_time": None},
        {"auth_time": True},
        {"at_hash": "of-another-token"},
    ],
    ids=str,
)
def test_id_token_with_a_wrong_claim_is_refused(auth0, way, person_row, changes):
    auth0.changes = changes

    assert_refused(way.whole(), way.browser)
    assert person_row(auth0.user.sub) is None


def test_audience_that_names_us_and_others_is_good_when_we_are_the_authorized_party(auth0, way):
    auth0.changes = {"aud": ["another application", "the-application"], "azp": "the-application"}

    assert way.whole().status_code == 303


def test_issuer_must_be_exactly_the_one_of_the_discovery_document(auth0, auth0_url, way):
    """Auth0 writes a slash at the end; a token without it comes from somewhere else."""
    auth0.changes = {"iss": auth0_url}
    assert_refused(way.whole(), way.browser)

    auth0.changes = {"iss": f"{auth0_url}/"}
    assert way.whole().status_code == 303


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_only_auth0s_own_key_signs_people_in(auth0, way, algorithm):
    """`none` is no signature, and HS256 would be one that anybody with the application's secret can make."""
    auth0.algorithm = algorithm

    assert_refused(way.whole(), way.browser)


def test_signature_of_another_key_under_the_known_name_is_refused(auth0, way):
    known = auth0._key.kid
    auth0.rotates_its_key(publishes=False)
    auth0._key = type(auth0._key).import_key(auth0._key.as_dict(private=True) | {"kid": known})

    assert_refused(way.whole(), way.browser)


@pytest.mark.parametrize(("shift", "status"), [(-45, 303), (45, 303), (-90, 400), (90, 400)])
def test_clocks_may_differ_by_less_than_a_minute(auth0, way, shift, status):
    """A clock that is behind makes a token look expired, one that is ahead makes it look made in the future."""
    now = int(time.time())
    auth0.changes = {"exp": now + shift, "iat": now - 3600} if shift < 0 else {"iat": now + shift}

    assert way.whole().status_code == status


def test_rotated_key_is_asked_for_once(auth0, way):
    way.whole()
    auth0.rotates_its_key()
    before = auth0.asked["/.well-known/jwks.json"]

    assert way.whole().status_code == 303
    assert way.whole().status_code == 303
    assert auth0.asked["/.well-known/jwks.json"] == before + 1


def test_key_that_auth0_does_not_publish_is_refused(auth0, way):
    auth0.rotates_its_key(publishes=False)

    assert_refused(way.whole(), way.browser)
    auth0.rotates_its_key()
    assert way.whole().status_code == 303


def test_addresses_and_keys_are_asked_for_once_for_many_sign_ins(auth0, way):
    for _ in range(3):
        way.whole()

    assert auth0.asked["/.well-known/openid-configuration"] == 1
    assert auth0.asked["/.well-known/jwks.json"] == 1


def test_declined_sign_in_is_told_in_our_words_and_can_be_tried_again(auth0, way):
    auth0.answers_error = "access_denied"
    answer = way.whole(next="/usage")

    assert_refused(answer, way.browser)
    assert "Words" not in answer.text
    assert 'href="/api/auth/auth0/login?next=%2Fusage"' in answer.text
    auth0.answers_error = ""
    assert way.whole(next="/usage").headers["location"] == "/usage"


@pytest.mark.parametrize(
    ("error", "status"),
    [("invalid_request", 400), ("login_required", 400), ("server_error", 503), ("temporarily_unavailable", 503)],
)
def test_other_errors_of_auth0_have_a_page_too(auth0, way, error, status):
    auth0.answers_error = error

    assert_refused(way.whole(), way.browser, status=status)


def test_expired_code_is_refused(auth0, way):
    address = way.at_auth0(way.set_out())
    auth0.codes.clear()
    answer = way.browser.get(address)

    assert_refused(answer, way.browser)
    assert "took too long" in answer.text


def test_code_of_another_sign_in_is_refused(auth0, way, browse, auth0_portal):
    """Even with a state of one's own: the code is bound to the verifier of the browser that set out."""
    victim = Auth0SignIn(browse(auth0_portal.url))
    stolen = victim.at_auth0(victim.set_out()).split("code=")[1].split("&")[0]
    own = way.at_auth0(way.set_out())
    mixed = own.replace(own.split("code=")[1].split("&")[0], stolen)

    assert_refused(way.browser.get(mixed), way.browser)


def test_userinfo_of_somebody_else_is_refused(auth0, way, person_row):
    auth0.userinfo_lies = {"sub": "auth0|somebody-else"}

    assert_refused(way.whole(), way.browser)
    assert person_row(auth0.user.sub) is None
    assert person_row("auth0|somebody-else") is None


def test_markup_in_a_name_stays_text(auth0, way):
    auth0.user = User(name="<script>alert(1)</script>", email="<b>@example.com", email_verified=False)
    way.whole()

    page = way.browser.get("/confirm-email")
    assert "<b>@example.com" not in page.text
    assert "&lt;b&gt;@example.com" in page.text
