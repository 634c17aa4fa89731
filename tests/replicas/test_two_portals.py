"""Two portals with one Postgres and one Redis are one to everybody.

What is held by other tests: answers of the chat that another instance goes on with (`tests/chat/test_resume.py`),
ends of keys at every gateway (`tests/gateway/test_two_gateways.py`), an instance that is killed in the middle of an
issue (`tests/keys/test_crash.py`) or of an answer (`tests/chat/test_interrupted.py`).
"""

from collections.abc import Iterator

import pytest
from key_calls import TERMS
from people import add_person, sign_in
from portal_server import running_portal, wait_for_gateway

pytestmark = pytest.mark.req("A2")
CLAIM = TERMS | {"name": "Key"}


@pytest.fixture(scope="module")
def two(platform) -> Iterator[tuple[str, str]]:
    limits = {"claims_per_ip": "2/day", "sign_in_attempts_per_ip": "3/hour"}
    with running_portal(platform, **limits) as first, running_portal(platform, **limits) as second:
        wait_for_gateway(first.url)
        wait_for_gateway(second.url)
        yield first.url, second.url


def test_session_that_began_at_one_counts_at_the_other_and_ends_at_both(platform, two, browse):
    here, there = (browse(url) for url in two)
    sign_in(platform, here, add_person(platform, name="Ada"))
    there.cookies = here.cookies
    assert [one.get("/api/account").json()["name"] for one in (here, there)] == ["Ada", "Ada"]

    assert there.post("/api/auth/logout").is_success

    assert [one.get("/api/account").status_code for one in (here, there)] == [401, 401]


def test_key_that_was_made_at_one_is_listed_and_revoked_at_the_other(platform, two, browse):
    here, there = (browse(url) for url in two)
    sign_in(platform, here, add_person(platform))
    there.cookies = here.cookies
    made = here.post("/api/keys", json=CLAIM).json()

    assert [key["id"] for key in there.get("/api/keys").json()["keys"]] == [made["id"]]
    assert there.delete(f"/api/keys/{made['id']}").status_code == 204
    assert here.get("/api/keys").json()["keys"][0]["state"] == "revoked"


def test_claims_of_an_address_count_at_both_together(two, browse):
    statuses = [browse(url).post("/api/keys/claim", json=CLAIM).status_code for url in (*two, *two)]

    assert statuses == [201, 201, 429, 429]


def test_failed_sign_ins_of_an_address_count_at_both_together(two, browse):
    guess = {"email": "nobody@example.org", "password": "a quiet harbour at dawn"}
    statuses = [browse(url).post("/api/auth/login", json=guess).status_code for url in (*two, *two)]

    assert (statuses[0], statuses[-1]) == (401, 429)
    assert statuses == [401, 401, 401, 429]
