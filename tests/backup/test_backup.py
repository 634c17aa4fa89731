"""`portal backup` and `portal restore`: what was there is there again, or nothing is changed."""

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from portal.backup.archive import open_archive
from portal.backup.errors import BackupError, CannotRead, FromNewerVersion, InUse, NotEmpty, PartAway
from portal.backup.make import new_file, write_backup
from portal.backup.restore import restore

pytestmark = pytest.mark.req("A8")
NAME = "Ada \\ \t \n \u202e λ"


@pytest.fixture(scope="module")
def archive(home, platform, tmp_path_factory) -> Path:
    """Of the platform as it runs, with a person whose name has whatever a file of rows could stumble over."""
    with psycopg.connect(home.database_url, autocommit=True) as connection:
        connection.execute(
            "WITH ada AS (INSERT INTO person (id, kind, name, created_at)"
            " VALUES (gen_random_uuid(), 'local', %s, now()) RETURNING id)"
            " INSERT INTO consent (id, person_id, document, version, given_at)"
            " SELECT gen_random_uuid(), id, 'terms', '1', now() FROM ada",
            [NAME],
        )
    path = tmp_path_factory.mktemp("backup") / "portal.backup"
    done = home.portal("backup", path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert re.match(r"Backed up: \d+ people, \d+ keys, \d+ chats, \d+ rows in all\. It is not encrypted", done.stderr)
    return path


@pytest.fixture(scope="module")
def restored(archive: Path, new_place):
    """A place with what is in the archive, for tests that leave it as it is."""
    place = new_place()
    with open_archive(archive, None) as opened:
        restore(place.settings, opened, replace=False)
    return place


def test_backup_is_for_its_owner_alone_and_replaces_nothing(home, archive: Path):
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = archive.read_bytes()

    done = home.portal("backup", archive)

    assert (done.returncode, done.stderr) == (1, f"{archive} is there already. Name another file.\n")
    assert archive.read_bytes() == before
    assert [path.name for path in archive.parent.iterdir()] == ["portal.backup"]


def test_everything_is_there_again_after_databases_were_lost(archive: Path, new_place):
    place = new_place()

    done = place.portal("restore", archive)
    first = place.rows()
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with psycopg.connect(place.database_url) as connection:
        connection.execute("DELETE FROM person")
        connection.execute("CREATE TYPE mood AS ENUM ('glad')")
        connection.execute("CREATE VIEW names AS SELECT name FROM person")
    again = place.portal("restore", archive, "--replace", "--yes")

    assert again.returncode == 0, again.stderr
    with zipfile.ZipFile(archive) as files:
        manifest = json.loads(files.read("manifest.json"))
    counts = {
        f"{number}/{table}": said["rows"]
        for number, name in enumerate(("portal", "litellm"))
        for table, said in manifest[name]["tables"].items()
    }
    assert {table: len(rows) for table, rows in first.items()} == counts
    assert NAME in [row for rows in first["0/person"] for row in rows]
    assert place.rows() == first


def test_rows_are_the_same_as_where_they_came_from(home, archive: Path, restored):
    """Of what no background work changes meanwhile."""
    ours, theirs = home.rows(), restored.rows()

    assert theirs.keys() == ours.keys()
    for table in ("0/consent", "0/conversation", "0/message", "0/folder", "0/event"):
        assert theirs[table] == ours[table]


def test_database_with_something_in_it_is_left_alone(archive: Path, restored):
    before = restored.rows()

    with open_archive(archive, None) as opened, pytest.raises(NotEmpty, match=r"is not empty.*say --replace"):
        restore(restored.settings, opened, replace=False)
    asked = restored.portal("restore", archive, "--replace", answer="n\n")

    assert asked.returncode == 1
    assert "Everything in both databases is given up for the backup of" in asked.stderr
    assert restored.rows() == before


def test_database_that_is_in_use_is_left_alone(archive: Path, restored):
    with (
        psycopg.connect(restored.litellm_database_url) as _,
        open_archive(archive, None) as opened,
        pytest.raises(InUse, match=r"1 connections .* Stop every portal and every gateway"),
    ):
        restore(restored.settings, opened, replace=True)


def test_sessions_and_counts_stay_in_redis_and_what_contradicts_the_backup_goes(archive: Path, new_place):
    place = new_place()
    with Redis.from_url(place.redis_url, decode_responses=True) as redis:
        redis.flushdb()
        for key in ("portal:session:a", "portal:sessions-of:b", "LIMITS:LIMITER/c", "chat:turn:d", "sk-cached-key"):
            redis.set(key, "1")

        with open_archive(archive, None) as opened:
            restore(place.settings, opened, replace=False)

        assert sorted(redis.keys()) == ["LIMITS:LIMITER/c", "portal:session:a", "portal:sessions-of:b"]
        redis.flushdb()


def test_restore_that_fails_in_the_middle_changes_neither_database(archive: Path, restored, tmp_path: Path):
    """The rows of keys are whole and fit nobody: Postgres refuses them when LiteLLM's database is filled already."""
    before = restored.rows()
    person = re.compile(rb"^[0-9a-f-]{36}\t.*\n", re.MULTILINE)
    broken = edited(archive, tmp_path / "broken", "portal/person.copy", lambda rows: person.sub(b"", rows))

    with open_archive(broken, None) as opened, pytest.raises(PartAway, match="violates foreign key constraint"):
        restore(restored.settings, opened, replace=True)

    assert restored.rows() == before


def edited(archive: Path, path: Path, member: str, change: Callable[[bytes], bytes], **said: object) -> Path:
    """A copy with other contents, for which its manifest answers."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(path, "w") as target:
        contents = {name: source.read(name) for name in source.namelist()}
        contents[member] = change(contents[member])
        manifest = json.loads(contents["manifest.json"]) | said
        database, _, table = member.removesuffix(".copy").partition("/")
        if table in manifest.get(database, {}).get("tables", {}):
            manifest[database]["tables"][table] |= {
                "sha256": hashlib.sha256(contents[member]).hexdigest(),
                "rows": contents[member].count(b"\n"),
            }
        contents["manifest.json"] = json.dumps(manifest).encode()
        for name, content in contents.items():
            target.writestr(name, content)
    return path


def opening(path: Path, passphrase: bytes | None = None) -> None:
    with open_archive(path, passphrase):
        pass


def test_damaged_file_is_refused(archive: Path, tmp_path: Path):
    whole, path = archive.read_bytes(), tmp_path / "damaged"
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (flipped, whole[:-100], whole[:middle], b"", b"not a backup"):
        path.write_bytes(damaged)
        with pytest.raises(CannotRead, match="damaged"):
            opening(path)
    with pytest.raises(CannotRead, match="No such file"):
        opening(tmp_path / "nowhere")


def test_rows_that_were_changed_are_noticed(archive: Path, tmp_path: Path):
    path = tmp_path / "changed"
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            rows = source.read(name)
            target.writestr(name, rows.replace(b"Ada", b"Eve") if name == "portal/person.copy" else rows)

    with pytest.raises(CannotRead, match="the rows of person are not those that were written"):
        opening(path)


def test_backup_of_a_newer_version_is_refused_by_name(archive: Path, new_place, tmp_path: Path):
    manifest = json.loads(zipfile.ZipFile(archive).read("manifest.json"))
    newer = {
        "format": ({"format": 2}, "newer portal"),
        "portal": ({"portal": manifest["portal"] | {"migrations": ["9999"]}}, "newer portal"),
        "litellm": ({"litellm": manifest["litellm"] | {"migrations": ["30000101000000_x"]}}, "another LiteLLM"),
    }
    for name, (said, expected) in newer.items():
        path = edited(archive, tmp_path / name, "portal/person.copy", bytes, **said)
        with pytest.raises(FromNewerVersion, match=expected), open_archive(path, None) as opened:
            restore(new_place().settings, opened, replace=False)


def test_sealed_backup_opens_with_its_passphrase_alone(home, tmp_path: Path):
    path, passphrase = tmp_path / "sealed", tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple\n")

    done = home.portal("backup", path, "--passphrase-file", passphrase)
    assert done.returncode == 0, done.stderr
    assert b"manifest.json" not in path.read_bytes()
    with pytest.raises(CannotRead, match="The passphrase is another one, or the file is damaged"):
        opening(path, b"wrong horse")
    with pytest.raises(CannotRead, match="is encrypted"):
        opening(path)
    with open_archive(path, b"correct horse battery staple") as opened:
        assert opened.manifest.portal.tables["person"].rows > 0


def test_unreachable_parts_are_named_without_their_passwords(new_place, archive: Path, tmp_path: Path):
    place = new_place()
    nowhere = "postgresql://portal:very-secret@127.0.0.1:1/portal"
    away = place.settings.model_copy(update={"database_url": type(place.settings.database_url)(nowhere)})

    with pytest.raises(BackupError) as error, new_file(tmp_path / "new") as file:
        write_backup(away, file)

    assert "very-secret" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
