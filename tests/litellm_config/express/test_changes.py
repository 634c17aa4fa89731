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
    both = [Changes(platform.redis_url, look_seconds=0.05, unsure_seconds=0.2) for _ in range(2)]
    for one in both:
        await until_known(one)
    yield both
    for one in both:
        await one.close()


def hearing(one: Changes) -> asyncio.Queue:
    """Of whom it hears, and whether it knows those and others at that moment."""
    heard: asyncio.Queue = asyncio.Queue()
    one.on_change = lambda names: heard.put_nowait((names, one.are_known(names), one.are_known(OTHER)))
    return heard


async def until_heard(heard: asyncio.Queue, expected: object) -> None:
    """The platform makes changes of its own."""
    async with asyncio.timeout(30):
        while await heard.get() != expected:
            pass


async def test_others_hear_of_a_change_and_are_unsure_for_a_while(two):
    here, there = two
    heard_here, heard_there = hearing(here), hearing(there)

    await here.tell("/key/generate", b'{"user_id": "u"}')
    await here.tell("/v2/key/info", b'{"keys": ["a"]}')
    await here.tell("/key/block", b'{"key": "a"}')

    for heard in (heard_here, heard_there):
        await until_heard(heard, (["a"], False, True))
    await until_known(there, "a")


@pytest.mark.parametrize("path", ["/key/sk-a/regenerate", "/scim/v2/Users/u", "/budget/update"])
async def test_other_changes_are_about_anybody(two, path):
    here, there = two
    heard = hearing(there)
    await here.tell(path, b'{"user_id": "u"}')
    await until_heard(heard, ([ALL], False, False))


async def test_without_redis_nothing_is_known(free_tcp_port):
    alone = Changes(f"redis://127.0.0.1:{free_tcp_port}")
    await alone.tell("/key/block", b'{"key": "a"}')
    assert not alone.are_known(OTHER)
    # For when it is there again.
    assert alone._untold == [["a"]]
    await alone.close()
