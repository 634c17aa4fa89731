"""What keeps one person from taking many keys: the CAPTCHA, counts per address and per session, the lock per person."""

import asyncio
from contextlib import contextmanager

import httpx
import pytest
from fakes.recaptcha import SECRET, FakeRecaptcha
from portal_server import served

CLAIM = {"accept_terms": True}


@contextmanager
def portal_with_captcha(portal_with, fake, kind="recaptcha-v2", **settings):
    with (
        served(fake) as google,
        portal_with(
            captcha=kind,
            recaptcha_site_key="public",
            recaptcha_secret_key=settings.pop("secret", SECRET),
            recaptcha_url=f"{google}/recaptcha",
            **settings,
        ) as server,
    ):
        yield server


def test_solved_captcha_issues_a_key_and_google_hears_the_address(portal_with, browse, address):
    fake = FakeRecaptcha()
    with portal_with_captcha(portal_with, fake) as server:
        answer = browse(server.url).post("/api/keys/claim", json=CLAIM | {"captcha": "solved-1"})

    assert answer.status_code == 201
    assert fake.asked == [{"secret": SECRET, "response": "solved-1", "remoteip": address}]


@pytest.mark.parametrize(("captcha", "says"), [("", "robot"), ("wrong", "not solved"), ("solved-2", "once more")])
def test_missing_wrong_or_replayed_captcha_issues_nothing(portal_with, browse, captcha, says):
    fake = FakeRecaptcha(used={"solved-2"})
    with portal_with_captcha(portal_with, fake) as server:
        person = browse(server.url)
        refused = person.post("/api/keys/claim", json=CLAIM | {"captcha": captcha})

        assert refused.status_code == 422
        assert says in refused.json()["errors"]["captcha"]
        assert person.get("/api/keys").json() == {"keys": []}


@pytest.mark.parametrize("trouble", [{"down": True}, {"garbled": True}])
def test_captcha_provider_in_trouble_refuses_and_asks_to_try_again(portal_with, browse, trouble):
    with portal_with_captcha(portal_with, FakeRecaptcha(**trouble)) as server:
        refused = browse(server.url).post("/api/keys/claim", json=CLAIM | {"captcha": "solved-3"})

    assert refused.status_code == 503
    assert refused.json()["code"] == "captcha_unavailable"
    assert refused.headers["retry-after"]


def test_wrong_secret_of_ours_is_not_blamed_on_the_person(portal_with, browse):
    with portal_with_captcha(portal_with, FakeRecaptcha(), secret="another") as server:
        refused = browse(server.url).post("/api/keys/claim", json=CLAIM | {"captcha": "solved-4"})

    assert refused.status_code == 503
    assert "another" not in refused.text


@pytest.mark.parametrize(
    ("fake", "status"),
    [
        (FakeRecaptcha(version=3, score=0.9), 201),
        (FakeRecaptcha(version=3, score=0.1), 422),
        (FakeRecaptcha(version=3, score=0.9, action="login"), 422),
    ],
)
def test_version_3_looks_at_score_and_action(portal_with, browse, fake, status):
    with portal_with_captcha(portal_with, fake, "recaptcha-v3") as server:
        assert browse(server.url).post("/api/keys/claim", json=CLAIM | {"captcha": "solved-5"}).status_code == status


@pytest.mark.req("K12")
def test_claims_are_counted_per_address_and_failed_ones_are_not(portal_with, browse):
    with portal_with(claims_per_ip="2/day") as server:
        first = browse(server.url)
        assert first.post("/api/keys/claim", json=CLAIM).status_code == 201
        assert first.post("/api/keys/claim", json=CLAIM).status_code == 409
        assert browse(server.url).post("/api/keys/claim", json=CLAIM).status_code == 201

        refused = browse(server.url).post("/api/keys/claim", json=CLAIM)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert refused.json()["code"] == "limit_reached"


@pytest.mark.req("K12")
def test_claims_are_counted_per_session(portal_with, browse):
    with portal_with(claims_per_session="1/day", permissionless_active_keys=5) as server:
        person = browse(server.url)
        answers = [person.post("/api/keys/claim", json=CLAIM).status_code for _ in range(3)]

    assert answers == [201, 201, 429]  # the first one came without a session


@pytest.mark.req("K12")
def test_tries_at_the_captcha_are_counted(portal_with, browse):
    with portal_with_captcha(portal_with, FakeRecaptcha(), claim_attempts_per_ip="2/hour") as server:
        person = browse(server.url)
        answers = [person.post("/api/keys/claim", json=CLAIM | {"captcha": "no"}).status_code for _ in range(3)]

    assert answers == [422, 422, 429]


@pytest.mark.req("K12")
def test_forged_forwarding_header_changes_nothing_without_a_trusted_proxy(portal_with, browse):
    with portal_with(claims_per_ip="1/day", trusted_proxies=[]) as server:
        answers = [
            browse(server.url, ip=f"203.0.113.{number}").post("/api/keys/claim", json=CLAIM).status_code
            for number in range(2)
        ]

    assert 429 in answers


@pytest.mark.req("K7")
def test_simultaneous_clicks_never_yield_more_keys_than_allowed(portal_with, browse):
    with portal_with(permissionless_active_keys=2, claims_per_ip="100/day", claims_per_session="100/day") as server:
        person = browse(server.url)
        assert person.post("/api/keys/claim", json=CLAIM).status_code == 201

        statuses = asyncio.run(claim_at_once(server.url, dict(person.cookies), times=10))

        assert sorted(statuses) == [201] + [409] * 9
        assert len(person.get("/api/keys").json()["keys"]) == 2


async def claim_at_once(url: str, cookies: dict[str, str], times: int) -> list[int]:
    async with httpx.AsyncClient(base_url=url, cookies=cookies, timeout=30) as client:
        requests = [client.post("/api/keys/claim", json=CLAIM) for _ in range(times)]
        return [answer.status_code for answer in await asyncio.gather(*requests)]
