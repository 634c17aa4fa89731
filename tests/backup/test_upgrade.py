"""The way of an upgrade: a backup of the version before, put back into an empty place, serves whoever had a key.

What is in it was written by the real LiteLLM; only its tables are those of an earlier version.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from chat_client import open_chat
from gateway_process import running_gateway
from key_calls import chat, created
from people import SomePerson, add_person, sign_in
from place import Place
from platform_run import Platform, running_platform
from portal_server import running_portal, wait_for_gateway
from redis import Redis
from waiting import wait_until

from litellm_config.database.migrations import lay_out, migration_folder, shipped_migrations
from portal.backup.tables import Tables

pytestmark = pytest.mark.req("A8", "A6")
# As many as LiteLLM adds in some months.
MIGRATIONS_BEHIND = 12
PAGES = ("/api/keys", "/api/conversations", "/api/usage?days=7", "/api/account/events")


@dataclass(frozen=True)
class Before:
    """What somebody had when the backup was made."""

    platform: Platform
    person: SomePerson
    key: str
    revoked: str
    said: dict[str, Any]
    log: list[tuple]


@pytest.fixture(scope="module")
def whole(platform: Platform, tmp_path_factory) -> Iterator[Platform]:
    """With a LiteLLM of its own, also where the environment names one for all tests."""
    if "gateway" in platform.pids:
        yield platform
    else:
        folder = tmp_path_factory.mktemp("whole")
        with running_platform(folder / "data", LITELLM_API_ENDPOINT="", LITELLM_ADMIN_KEY="") as own:
            yield own


@pytest.fixture(scope="module")
def before(whole: Platform) -> Iterator[Before]:
    with httpx.Client(base_url=whole.portal_url, timeout=60) as client:
        person = sign_in(whole, client, add_person(whole, name="Ada"))
        wait_for_gateway(whole.portal_url)
        keys = [created(person, name) for name in ("Kept", "Revoked")]
        assert [chat(whole.portal_url, key["key"]).status_code for key in keys] == [200, 200]
        assert client.delete(f"/api/keys/{keys[1]['id']}").status_code == 204
        with open_chat(person) as socket:
            socket.ask("Hello", "sample-chat")
        # LiteLLM writes what was used every few seconds.
        wait_until(lambda: len(spend_of(litellm_url(whole), person)) == 3)
        wait_until(lambda: said_to(client)["/api/usage?days=7"]["total"]["requests"] == 3)
        log = spend_of(litellm_url(whole), person)
        yield Before(whole, person, keys[0]["key"], keys[1]["key"], said_to(client), log)


def litellm_url(platform: Platform) -> str:
    return urlsplit(platform.database_url)._replace(path="/litellm").geturl()


def said_to(client: httpx.Client) -> dict[str, Any]:
    return {path: client.get(path).raise_for_status().json() for path in PAGES}


def spend_of(url: str, person: SomePerson) -> list[tuple]:
    query = (
        'SELECT request_id, api_key, spend, total_tokens, model FROM "LiteLLM_SpendLogs" WHERE "user" = %s ORDER BY 1'
    )
    with psycopg.connect(url) as connection:
        return connection.execute(query, [str(person.person.id)]).fetchall()


def copy_to_earlier_version(source: str, target: str) -> None:
    migrations = shipped_migrations(migration_folder())
    earlier = {migration.name for migration in migrations[:-MIGRATIONS_BEHIND]}
    with psycopg.connect(source) as theirs, psycopg.connect(target) as ours:
        lay_out(ours, "public", migrations, earlier)
        read, written = Tables(theirs, "public"), Tables(ours, "public")
        names = written.names()
        with written.as_they_were():
            for name in [name for name in names if name in read.names()]:
                columns = [column for column in written.columns(name) if column in read.columns(name)]
                pieces: list[bytes] = []
                read.copy_out(name, columns, pieces.append)
                rows = iter(pieces)
                written.copy_in(name, columns, lambda _, rows=rows: next(rows, b""))


def test_who_had_a_key_goes_on_after_backup_loss_restore_and_upgrade(before: Before, new_database, tmp_path: Path):
    platform, redis_url = before.platform, urlsplit(before.platform.redis_url)._replace(path="/6").geturl()
    earlier = new_database()
    with psycopg.connect(urlsplit(earlier)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {urlsplit(earlier).path.lstrip('/')}")
    copy_to_earlier_version(litellm_url(platform), earlier)
    old = Place(platform.database_url, earlier, redis_url, platform.admin_key)
    new = Place(new_database(), new_database(), redis_url, platform.admin_key)
    archive = tmp_path / "backup"

    made, restored = old.portal("backup", archive), new.portal("restore", archive)

    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    assert spend_of(new.litellm_database_url, before.person) == before.log
    moved = replace(platform, database_url=new.database_url, redis_url=redis_url)
    settings = {"database_url": new.database_url, "redis_url": redis_url}
    environment = new.environment | {"PORTAL_GATEWAY_CONFIG": str(platform.catalogue)}
    environment |= {"SAMPLE_ENDPOINT_URL": platform.sample_endpoint_url, "LITELLM_API_ENDPOINT": ""}
    with (
        running_gateway(tmp_path / "gateway.log", **environment) as (_, gateway_url),
        running_portal(moved, litellm_api_endpoint=gateway_url, **settings) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        wait_for_gateway(server.url)
        person = sign_in(moved, client, before.person.person)
        assert said_to(client) == before.said
        assert chat(server.url, before.key).status_code == 200
        assert chat(server.url, before.revoked).status_code == 401
        wait_until(lambda: len(spend_of(new.litellm_database_url, person)) == len(before.log) + 1)
        with open_chat(person) as socket:
            wait_until(lambda: client.get("/api/models").json()["models"])
            assert socket.ask("Hello again", "sample-chat")[1][0]["state"] == "complete"
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
