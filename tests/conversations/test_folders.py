"""Folders hold conversations; they are never lost with one."""

import pytest
from key_calls import at_once


def create(client, name):
    return client.post("/api/folders", json={"name": name})


def names(client):
    folders = client.get("/api/folders").json()["folders"]
    assert [one["position"] for one in folders] == list(range(len(folders)))
    return [one["name"] for one in folders]


@pytest.mark.req("C4")
def test_folders_are_made_renamed_and_put_in_order(member):
    client = member().client
    assert names(client) == []
    made = [create(client, name).json() for name in ("Work", "Home", "Garden")]

    assert client.patch(f"/api/folders/{made[2]['id']}", json={"position": 0}).json()["position"] == 0
    assert names(client) == ["Garden", "Work", "Home"]
    assert client.patch(f"/api/folders/{made[0]['id']}", json={"name": "Office", "position": 99}).status_code == 200
    assert names(client) == ["Garden", "Home", "Office"]
    assert client.delete(f"/api/folders/{made[1]['id']}").status_code == 204
    assert names(client) == ["Garden", "Office"]


@pytest.mark.req("C4")
def test_deleting_a_folder_keeps_its_conversations(member, written):
    alice = member()
    folder = create(alice.client, "Work").json()["id"]
    chat = written(alice, "Question", folder_id=folder)

    assert alice.client.delete(f"/api/folders/{folder}").status_code == 204

    assert alice.client.get(chat.path).json()["folder"] is None
    assert alice.client.delete(f"/api/folders/{folder}").json()["code"] == "folder_not_found"


@pytest.mark.req("C4")
def test_conversations_are_listed_by_folder_or_in_none(member, written):
    alice, bob = member(), member()
    folder = create(alice.client, "Work").json()["id"]
    written(alice, title="At work", folder_id=folder)
    written(alice, title="Loose")

    def found(person, wanted):
        answer = person.client.get("/api/conversations", params={"folder": wanted})
        return [one["title"] for one in answer.json().get("conversations", [])] or answer.json().get("code")

    assert (found(alice, folder), found(alice, "none")) == (["At work"], ["Loose"])
    assert (found(bob, folder), found(alice, "nowhere")) == ("folder_not_found", "folder_not_found")


@pytest.mark.req("C4")
def test_name_of_a_folder_is_taken_whatever_its_case_but_for_the_folder_itself(member):
    alice, bob = member(), member()
    work = create(alice.client, "Work").json()["id"]
    home = create(alice.client, "Straße").json()["id"]

    again = create(alice.client, " WORK ")
    renamed = alice.client.patch(f"/api/folders/{home}", json={"name": "work"})

    assert [(one.status_code, one.json()["code"]) for one in (again, renamed)] == [(409, "folder_name_taken")] * 2
    assert alice.client.patch(f"/api/folders/{work}", json={"name": "WORK"}).json()["name"] == "WORK"
    assert create(bob.client, "Work").status_code == 201


@pytest.mark.req("C4")
def test_folders_made_at_once_keep_to_the_limit_and_to_different_names(member, portal_database):
    alice = member()
    portal_database.execute(
        "INSERT INTO folder (id, person_id, name, position, created_at)"
        " SELECT gen_random_uuid(), %s, 'Folder ' || n, n, now() FROM generate_series(0, 197) n",
        [alice.person.id],
    )

    def make(name):
        return lambda client: create_async(client, name)

    async def create_async(client, name):
        return await client.post("/api/folders", json={"name": name})

    statuses = at_once(alice.client, [make(name) for name in ("Same", "same", "Other", "Another", "More")])

    assert sorted(statuses) == [201, 201, 409, 409, 409]
    assert len(set(names(alice.client))) == 200
    assert create(alice.client, "One more").json()["code"] == "too_many_folders"


@pytest.mark.req("C4")
@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": " "}, "name"), ({"name": "x" * 101}, "name"), ({"name": "a", "colour": "red"}, "colour")],
)
def test_wrong_folder_is_refused_with_its_field(member, body, field):
    answer = member().client.post("/api/folders", json=body)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
