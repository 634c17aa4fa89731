import pytest


@pytest.mark.req("K14")
def test_export_holds_everything_but_secrets(account, portal_database):
    somebody = account(name="Ada", marketing=True)

    answer = somebody.client.get("/api/account/export")

    found = answer.json()
    assert answer.headers["content-disposition"] == 'attachment; filename="account.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert set(found) == {
        "exported_at",
        "profile",
        "consents",
        "keys",
        "limits",
        "events",
        "folders",
        "prompts",
        "conversations",
    }
    assert (found["profile"]["email"], found["profile"]["name"]) == (somebody.email, "Ada")
    assert {one["document"] for one in found["consents"]} == {"terms", "marketing"}
    assert {one["action"] for one in found["events"]} >= {"accounts.registered", "accounts.signed_in"}
    assert found["exported_at"].endswith("Z")
    row = portal_database.execute("SELECT password_hash FROM person WHERE email = %s", [somebody.email]).fetchone()
    assert row[0] not in answer.text


@pytest.mark.req("K14")
def test_visitor_with_a_key_takes_their_data_without_its_hash(visitor, portal_database):
    key = visitor.post("/api/keys/claim", json={"accept_terms": True, "name": "Laptop"}).json()

    answer = visitor.get("/api/account/export")

    assert [one["name"] for one in answer.json()["keys"]] == ["Laptop"]
    token = portal_database.execute("SELECT token FROM issued_key WHERE id = %s", [key["id"]]).fetchone()[0]
    assert token not in answer.text
    assert key["key"] not in answer.text


@pytest.mark.req("K14")
def test_every_table_about_a_person_is_in_the_export():
    """A new table with a person in it must be added, to the export and to what deletion removes."""
    from sqlmodel import SQLModel

    import portal.models  # noqa: F401 - makes the tables known

    about = {table.name for table in SQLModel.metadata.tables.values() if "person_id" in table.columns}
    cascading = {
        table.name
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "person" and key.ondelete == "CASCADE"
    }

    assert (
        about
        == cascading
        == {
            "consent",
            "conversation",
            "event",
            "folder",
            "issued_key",
            "limit_override",
            "saved_prompt",
        }
    )
