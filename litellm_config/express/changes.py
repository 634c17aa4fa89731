"""Which keys, people and teams have changed anywhere: LiteLLM is to look at these anew.

Each gateway adds what it was asked to change to a stream in Redis, and every gateway reads that twice a second.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from litellm_config.cancellation import end_if_cancelled

STREAM = "gateway:changes"
MOST_KEPT = 10_000
LOOK_SECONDS = 0.5
# After a change LiteLLM itself may go on with what it knew for as long as `user_api_key_cache_ttl`, here 3 seconds.
UNSURE_SECONDS = 5.0
MANAGEMENT = re.compile(
    r"(?:/v\d+)?/(?:key|user|team|organization|budget|customer|end_user|project|tag|access_group|scim|config|polic\w+)/"
)
# What is new was let in by nobody yet, and a look changes nothing.
HARMLESS = re.compile(r".*/(?:key/generate|user/new|team/new|team/member_add|info|list)")
# Where a request says whom it changes.
NAMES = ("key", "keys", "key_aliases", "user_id", "user_ids", "users", "team_id", "team_ids")
# Other paths have a name in them, or are about whomever.
BY_BODY = re.compile(r"(?:/v\d+)?/(?:key|user|team)/\w+")
MOST_NAMES = 100
ALL = "*"


class Changes:
    """`on_change` is called with the names of those who changed: hashes and aliases of keys, ids of people and teams.

    `ALL` is among them where nobody knows.
    """

    def __init__(
        self, redis_url: str, *, look_seconds: float = LOOK_SECONDS, unsure_seconds: float = UNSURE_SECONDS
    ) -> None:
        self._redis = Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1)
        self._look_seconds = look_seconds
        self._unsure_seconds = unsure_seconds
        self.on_change: Callable[[Iterable[str]], None] = lambda _: None
        self._read_to: bytes | None = None
        self._unsure: dict[str, float] = {}
        self._untold: list[list[str]] = []
        self._watching = asyncio.create_task(self._watch())

    def are_known(self, names: Iterable[str]) -> bool:
        """Otherwise what LiteLLM says of these may be out of date already."""
        now = time.monotonic()
        return self._read_to is not None and all(self._unsure.get(name, 0) < now for name in (ALL, *names))

    async def tell(self, path: str, body: bytes) -> None:
        """After a request to `path` was answered here."""
        if not MANAGEMENT.match(path) or HARMLESS.fullmatch(path):
            return
        names = names_in(body) if BY_BODY.fullmatch(path) else [ALL]
        self._note(names)
        self._untold.append(names)
        try:
            await self._tell()
        except (RedisError, OSError):
            # Told as soon as it can be. Who can't write can't read either, and trusts nothing until then.
            self._doubt()

    async def close(self) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._redis.aclose()

    async def _watch(self) -> None:
        while True:
            try:
                await self._look()
            except (RedisError, OSError):
                self._doubt()
            end_if_cancelled()
            await asyncio.sleep(self._look_seconds)

    async def _tell(self) -> None:
        while self._untold:
            names = self._untold.pop(0)
            try:
                await self._redis.xadd(STREAM, {"names": orjson.dumps(names)}, maxlen=MOST_KEPT)
            except BaseException:
                self._untold.append(names)
                raise

    async def _look(self) -> None:
        await self._tell()
        if self._read_to is None:
            last: Any = await self._redis.xrevrange(STREAM, count=1)
            self._note([ALL])
            self._read_to = last[0][0] if last else b"0"
            return
        streams: Any = await self._redis.xread({STREAM: self._read_to})
        for _, entries in streams:
            for self._read_to, entry in entries:
                self._note(orjson.loads(entry[b"names"]))

    def _doubt(self) -> None:
        self._read_to = None
        self._note([ALL])

    def _note(self, names: Iterable[str]) -> None:
        now = time.monotonic()
        self._unsure = {name: until for name, until in self._unsure.items() if until > now}
        self._unsure |= dict.fromkeys(names, now + self._unsure_seconds)
        self.on_change(names)


def names_in(body: bytes) -> list[str]:
    try:
        names = list(_names(orjson.loads(body)))
    except orjson.JSONDecodeError:
        names = []
    return names if 0 < len(names) <= MOST_NAMES else [ALL]


def _names(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for name in NAMES:
            yield from _names(content.get(name))
    elif isinstance(content, list):
        for one in content:
            yield from _names(one)
    elif isinstance(content, str):
        yield hashlib.sha256(content.encode()).hexdigest() if content.startswith("sk-") else content
