"""What a person reads about their account."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from portal.accounts.event_list import SENTENCES
from portal.models import Action

NEW = "a noisy harbour at dusk"


def events(client, page=1):
    return client.get("/api/account/events", params={"page": page}).json()


@pytest.mark.req("K11")
def test_everything_that_happens_is_recorded_newest_first(account):
    somebody = account()
    person = somebody.client
    person.patch("/api/account", json={"name": "Ada"})
    person.patch("/api/account", json={"name": "Ada"})
    person.put("/api/account/consent", json={"marketing": True})
    person.put("/api/account/consent", json={"marketing": False})
    person.post("/api/account/password", json={"current_password": somebody.password, "new_password": NEW})
    person.post("/api/auth/logout")
    person.post("/api/auth/login", json={"email": somebody.email, "password": NEW})
    person.post("/api/auth/logout-everywhere")
    person.post("/api/auth/login", json={"email": somebody.email, "password": NEW})

    actions = [event["action"].removeprefix("accounts.") for event in events(person)["events"]]
    assert actions[:-2] == [
        "signed_in",
        "signed_out_everywhere",
        "signed_in",
        "signed_out",
        "password_changed",
        "consent_withdrawn",
        "consent_given",
        "profile_changed",
        "signed_in",
    ]
    assert set(actions[-2:]) == {"registered", "consent_given"}  # they have one time


@pytest.mark.req("K11")
def test_event_has_a_time_a_sentence_and_a_coarse_place(account, browse, platform):
    somebody = account()
    elsewhere = browse(platform.portal_url, ip="2001:db8:1234:5678::9")
    elsewhere.post("/api/auth/login", json=somebody.credentials)

    newest = events(somebody.client)["events"][0]

    assert newest["text"] == "Signed in"
    assert newest["network"] == "2001:db8:1234::/48"
    assert "5678" not in somebody.client.get("/account/events").text
    at = datetime.fromisoformat(newest["at"])
    assert timedelta(0) <= datetime.now(UTC) - at < timedelta(minutes=1)
    assert newest["at"].endswith("Z")


@pytest.mark.req("K11")
def test_events_come_fifty_a_page(account, portal_database):
    person = account().client
    me = UUID(person.get("/api/account").json()["id"])
    portal_database.execute(
        "INSERT INTO event (id, person_id, action, at, details) SELECT gen_random_uuid(), %s, 'accounts.signed_in', "
        "now() - make_interval(days => n), '{}' FROM generate_series(1, 100) n",
        [me],
    )

    pages = [events(person, page) for page in (1, 2, 3, 4)]

    assert [len(page["events"]) for page in pages] == [50, 50, 3, 0]
    assert [page["has_more"] for page in pages] == [True, True, False, False]
    times = [event["at"] for page in pages for event in page["events"]]
    assert times == sorted(times, reverse=True)
    assert len({(event["at"], event["action"]) for page in pages for event in page["events"]}) == 103
    assert "/account/events?page=3" in person.get("/account/events?page=2").text
    assert "All activity" in person.get("/account").text
    assert "no older activity" in person.get("/account/events?page=4").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", str(10**30)])
def test_page_that_can_not_be_is_refused(account, page):
    person = account().client

    assert person.get("/api/account/events", params={"page": page}).status_code == 422
    assert person.get("/account/events", params={"page": page}).status_code == 422


@pytest.mark.req("K11")
def test_every_action_has_a_sentence():
    assert set(SENTENCES) == set(Action)


def test_details_are_part_of_the_sentence_as_text(account, portal_database):
    person = account().client
    me = UUID(person.get("/api/account").json()["id"])
    portal_database.execute(
        "INSERT INTO event (id, person_id, action, at, actor_id, details) VALUES "
        """(gen_random_uuid(), %s, 'keys.issued', now(), %s, '{"name": "<b>laptop</b>"}')""",
        [me, me],
    )

    assert events(person)["events"][0]["text"] == "Key created: “<b>laptop</b>” (by an operator)"
    assert "<b>laptop" not in person.get("/account").text
