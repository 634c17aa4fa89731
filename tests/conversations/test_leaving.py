"""How chats leave: taken away in the export, with a deleted account, or for good after the time to undo."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from fakes.broken_gateway import BrokenGateway
from key_calls import TERMS
from portal_server import served
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from portal.conversations.sweep import BATCH, Sweep
from portal.core.clock import now
from portal.core.database import Database
from portal.models import Kind

MONTH = timedelta(days=30)
MAX_AGE = timedelta(days=90)


@asynccontextmanager
async def sweep(platform, clock=now):
    database = Database(SecretStr(platform.database_url))
    yield Sweep(database, clock, undo_period=MONTH, session_max_age=MAX_AGE)
    await database.close()


def left(portal_database, *people):
    query = "SELECT title FROM conversation WHERE person_id = ANY (%s) ORDER BY title"
    return [title for (title,) in portal_database.execute(query, [[one.person.id for one in people]])]


@pytest.mark.req("C3", "K14")
def test_export_carries_chats_folders_and_prompts_also_deleted_chats(member, written):
    alice, bob = member(), member()
    folder = alice.client.post("/api/folders", json={"name": "Trips"}).json()
    prompt = alice.client.post("/api/prompts", json={"name": "Brief", "content": "Be brief."}).json()
    chats = [written(alice, "Where to?", "Lisbon “🏖”.", title=f"Trip {n:02}", minutes=n) for n in range(45)]
    written(bob, "Mine", title="Bob's")
    alice.client.patch(chats[0].path, json={"folder": folder["id"], "parameters": {"top_p": 0.5}})
    alice.client.delete(chats[1].path)

    answer = alice.client.get("/api/account/export")

    found = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert [one["name"] for one in found["folders"]] == ["Trips"]
    assert [(one["name"], one["content"]) for one in found["prompts"]] == [("Brief", prompt["content"])]
    conversations = found["conversations"]
    assert [one["title"] for one in conversations] == [f"Trip {n:02}" for n in range(45)]
    assert (conversations[0]["folder_id"], conversations[0]["parameters"]) == (folder["id"], {"top_p": 0.5})
    assert (conversations[0]["deleted_at"], conversations[1]["deleted_at"] is None) == (None, False)
    for conversation in conversations:
        assert [one["content"] for one in conversation["messages"]] == ["Where to?", "Lisbon “🏖”."]
        assert conversation["messages"][1]["parent_id"] == conversation["messages"][0]["id"]
    assert "person_id" not in answer.text


@pytest.mark.req("C3", "K14")
def test_export_of_many_megabytes_comes_whole(member, written):
    alice = member()
    chat = written(alice, *["ä" * 500_000] * 20)

    conversation = alice.client.get("/api/account/export").json()["conversations"][0]

    assert conversation["id"] == str(chat.id)
    assert [len(one["content"]) for one in conversation["messages"]] == [500_000] * 20


@pytest.mark.req("C3", "K14")
def test_deleted_account_leaves_no_chat_folder_or_prompt(member, written, portal_database):
    alice = member()
    chat = written(alice, "Question", "Answer")
    alice.client.post("/api/folders", json={"name": "Trips"})
    alice.client.post("/api/prompts", json={"name": "Brief", "content": "Be brief."})

    assert alice.client.request("DELETE", "/api/account", json={"confirm": "delete"}).status_code == 204

    for table in ("conversation", "folder", "saved_prompt"):
        query = f"SELECT count(*) FROM {table} WHERE person_id = %s"
        assert portal_database.execute(query, [alice.person.id]).fetchone() == (0,)
    query = "SELECT count(*) FROM message WHERE conversation_id = %s"
    assert portal_database.execute(query, [chat.id]).fetchone() == (0,)


@pytest.mark.req("C3")
async def test_deleted_chats_are_gone_for_good_after_their_time_and_no_other(
    platform, member, written, portal_database
):
    alice = member()
    written(alice, "Question", title="Kept")
    young = written(alice, "Question", title="Young", deleted_at=now() - MONTH + timedelta(hours=1))
    old = written(alice, "Question", "Answer", title="Old", deleted_at=now() - MONTH - timedelta(hours=1))

    assert alice.client.post(f"{old.path}/restore").status_code == 404
    assert [one["title"] for one in deleted(alice.client)] == ["Young"]
    async with sweep(platform) as one:
        await one.once()

    assert left(portal_database, alice) == ["Kept", "Young"]
    assert alice.client.post(f"{young.path}/restore").status_code == 200


def deleted(client: httpx.Client):
    return client.get("/api/conversations", params={"deleted": True}).json()["conversations"]


@pytest.mark.req("C3")
async def test_instances_that_sweep_at_once_remove_each_chat_once(platform, member, portal_database):
    alice = member()
    portal_database.execute(
        "INSERT INTO conversation (id, person_id, title, is_title_own, models, system_prompt, parameters, created_at,"
        " updated_at, deleted_at) SELECT gen_random_uuid(), %s, '', false, %s, '', %s, now(), now(), now() - interval"
        " '1 year' FROM generate_series(1, %s)",
        [alice.person.id, Jsonb([]), Jsonb({}), 3 * BATCH + 1],
    )
    async with sweep(platform) as one, sweep(platform) as other:
        assert sum(await asyncio.gather(one.once(), other.once())) >= 3 * BATCH + 1
        await one.once()

    assert left(portal_database, alice) == []


@pytest.mark.req("C3")
async def test_chats_that_no_visitor_can_come_back_to_are_removed(platform, member, written, portal_database):
    long_ago = now() - MAX_AGE - timedelta(days=1)
    gone = member(kind=Kind.PERMISSIONLESS, created_at=long_ago)
    here = member(kind=Kind.PERMISSIONLESS)
    account = member(created_at=long_ago)
    for person, title in ((gone, "Gone"), (here, "Here"), (account, "Account")):
        written(person, "Question", title=title)

    async with sweep(platform) as one:
        await one.once()

    assert left(portal_database, gone, here, account) == ["Account", "Here"]


@pytest.mark.req("C1")
def test_visitor_whose_key_could_not_be_made_keeps_their_chats(platform, portal_with, browse, visiting, written):
    chat = written(visiting, "Question")
    gateway = BrokenGateway(platform.gateway_url)
    with served(gateway) as front, portal_with(litellm_api_endpoint=front) as server:
        client = browse(server.url)
        client.cookies.update(visiting.client.cookies)
        gateway.breaks("/key/generate", "500")
        assert client.post("/api/keys/claim", json=TERMS).status_code == 503
    assert visiting.client.get(chat.path).status_code == 200
