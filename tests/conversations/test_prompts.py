"""Prompts that a person saved."""

import pytest


@pytest.mark.req("C6")
def test_prompts_are_saved_changed_and_deleted_and_listed_by_name(member):
    client = member().client
    assert client.get("/api/prompts").json() == {"prompts": []}
    text = "Translate to German:\n\n\t“{text}”\u0000"

    made = client.post("/api/prompts", json={"name": " translate ", "content": text})
    assert made.status_code == 201
    client.post("/api/prompts", json={"name": "Brief", "content": "Be brief."})
    path = f"/api/prompts/{made.json()['id']}"

    assert made.json()["content"] == text.replace("\0", "")
    assert [one["name"] for one in client.get("/api/prompts").json()["prompts"]] == ["Brief", "translate"]
    assert client.patch(path, json={"name": "Align"}).json()["content"] == made.json()["content"]
    assert (
        client.patch(path, json={"content": "New"}).json() | {"name": "Align", "content": "New"}
        == client.get("/api/prompts").json()["prompts"][0]
    )
    assert [client.delete(path).status_code for _ in range(2)] == [204, 404]


@pytest.mark.req("C6")
def test_prompts_have_a_limit_that_is_named(member, portal_database):
    alice = member()
    portal_database.execute(
        "INSERT INTO saved_prompt (id, person_id, name, content, created_at)"
        " SELECT gen_random_uuid(), %s, 'Prompt ' || n, 'Text', now() FROM generate_series(1, 500) n",
        [alice.person.id],
    )

    refused = alice.client.post("/api/prompts", json={"name": "One more", "content": "Text"})

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_prompts")
    assert "500" in refused.json()["detail"]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a"}, "content"),
        ({"name": "a", "content": " \n"}, "content"),
        ({"name": "a", "content": "x" * 50_001}, "content"),
        ({"name": "", "content": "a"}, "name"),
        ({"name": "a", "content": "a", "shared": True}, "shared"),
    ],
)
def test_wrong_prompt_is_refused_with_its_field(member, body, field):
    answer = member().client.post("/api/prompts", json=body)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
