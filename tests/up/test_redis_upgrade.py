"""A data folder of version 0.1.0, whose Redis 6.2 kept everything in one file, goes on with its data."""

import shutil
from pathlib import Path

import pytest
import redis

pytestmark = pytest.mark.req("A6")


def written_by_redis_6(data_dir: Path, **values: str) -> None:
    """Its file is the commands as they were sent: https://redis.io/docs/latest/develop/reference/protocol-spec/"""
    commands = [("SELECT", "0"), *(("SET", name, value) for name, value in values.items())]
    text = "".join(
        f"*{len(command)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in command) for command in commands
    )
    (data_dir / "redis").mkdir(exist_ok=True)
    (data_dir / "redis" / "appendonly.aof").write_text(text, newline="")


def found(running) -> dict[str, str]:
    with redis.from_url(running.run["redis_url"], decode_responses=True) as client:
        return {name: client.get(name) for name in sorted(client.scan_iter())}


@pytest.fixture
def old_data_dir(data_dir):
    shutil.rmtree(data_dir / "redis" / "appendonlydir")
    return data_dir


def test_what_redis_6_wrote_is_taken_over_and_kept(up, old_data_dir):
    written_by_redis_6(old_data_dir, session="of the old version")
    first = up(old_data_dir).wait_until_ready()
    assert found(first) == {"session": "of the old version"}
    with redis.from_url(first.run["redis_url"]) as client:
        client.set("another", "of the new version")
    assert first.stop() == 0

    second = up(old_data_dir).wait_until_ready()

    assert found(second) == {"another": "of the new version", "session": "of the old version"}


def test_what_redis_6_wrote_after_going_back_is_what_counts(up, old_data_dir):
    written_by_redis_6(old_data_dir, session="before going back", ended="signed out after going back")
    assert up(old_data_dir).wait_until_ready().stop() == 0
    written_by_redis_6(old_data_dir, session="after going back")

    running = up(old_data_dir).wait_until_ready()

    assert found(running) == {"session": "after going back"}
