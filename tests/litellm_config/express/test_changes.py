import asyncio
import hashlib
import json

import pytest

from litellm_config.express.changes import ALL, Changes, names_in

pytestmark = pytest.mark.req("G12")
OTHER = ["a-token", "an-alias", "somebody-else", "a-team"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"keys": ["a", "b"]}, ["a", "b"]),
        ({"key": "sk-a", "models": ["m"]}, [hashlib.sha256(b"sk-a").hexdigest()]),
        ({"key_aliases": ["x"]}, ["x"]),
        ({"users": [{"user_id": "u", "max_budget": 5}]}, ["u"]),
        ({"team_id": "t", "metadata": {"user_id": "no"}}, ["t"]),
        ({"user_email": "a@example.com"}, [ALL]),
        ({"keys": [str(number) for number in range(101)]}, [ALL]),
        (None, [ALL]),
    ],
)
def test_a_change_says_whom_it_is_about(body, names):
    assert names_in(json.dumps(body).encode()) == names
    assert names_in(b"{") == [ALL]


async def until_known(of: Changes, *names: str) -> None:
    async with asyncio.timeout(30):
        while not of.are_known(names):  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.02)


@pytest.fixture
async def two(platform):
    """As two gateways have them, sure of everything."""
    both = [Changes(platform.redis_url, look_seconds=0.05, unsure_seconds=1.5) for _ in range(2)]
    for one in both:
        await until_known(one)
    yield both
    for one in both:
        await one.close()


async def test_others_hear_of_a_change_and_are_unsure_for_a_while(two):
    here, there = two
    heard = asyncio.Queue()
    there.on_change = heard.put_nowait

    await here.tell("/key/generate", b'{"user_id": "u"}')
    await here.tell("/v2/key/info", b'{"keys": ["a"]}')
    await here.tell("/key/block", b'{"key": "a"}')

    assert not here.are_known(["a"])
    assert await asyncio.wait_for(heard.get(), 30) == ["a"]
    assert not there.are_known(["a", "b"])
    assert there.are_known(OTHER)
    await until_known(there, "a")


async def test_a_path_with_a_name_in_it_is_about_anybody(two):
    here, _ = two
    await here.tell("/key/sk-a/regenerate", b'{"user_id": "u"}')
    assert not here.are_known(OTHER)


async def test_without_redis_nothing_is_known(free_tcp_port):
    alone = Changes(f"redis://127.0.0.1:{free_tcp_port}")
    await alone.tell("/key/block", b'{"key": "a"}')
    assert not alone.are_known(OTHER)
    await alone.close()
