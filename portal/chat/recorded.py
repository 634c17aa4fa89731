"""Turns that another process writes, or that are over, read from Redis."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from portal.chat.frames import Numbered
from portal.chat.interrupted import Interruptions
from portal.chat.places import INTERRUPTED, lease_key, read_stream, stops_key, turn_key
from portal.chat.refusals import TurnNotFound
from portal.core.errors import Unavailable

SECONDS_BETWEEN = 0.15
# Every process tells of its turns each tenth of a second.
TRIES_TO_FIND = 6
SECONDS_BETWEEN_LEASES = 1.0
SECONDS_WITHOUT_REDIS = 1.0
KEPT_STOPS_SECONDS = 60
# They have no number of their own.
TITLE = '{"type":"title"'


class RecordedTurns:
    def __init__(self, redis: Redis, interruptions: Interruptions) -> None:
        self._redis = redis
        self._interruptions = interruptions

    async def find(self, person_id: UUID, turn_id: UUID) -> None:
        """`TurnNotFound`, for somebody else's too. One that has just begun is here in a moment."""
        for _ in range(TRIES_TO_FIND):
            try:
                if await self._redis.exists(turn_key(person_id, turn_id)):
                    return
            except RedisError as error:
                raise _unavailable() from error
            await asyncio.sleep(SECONDS_BETWEEN)
        raise TurnNotFound

    async def ask_to_stop(self, person_id: UUID, turn_id: UUID, lane: int | None) -> None:
        """Of the process that writes it; nothing is to be done where none does."""
        await self.find(person_id, turn_id)
        wish = str(turn_id) if lane is None else f"{turn_id} {lane}"
        try:
            process: str | None = await self._redis.get(lease_key(turn_id))  # type: ignore[assignment] # it decodes
            if process:
                await self._redis.rpush(stops_key(process), wish)
                await self._redis.expire(stops_key(process), KEPT_STOPS_SECONDS)
        except RedisError as error:
            raise _unavailable() from error

    async def follow(self, person_id: UUID, turn_id: UUID, after: int) -> AsyncIterator[str]:
        """What has a number above `after`, then what comes, to the end, whoever writes it."""
        key, place = turn_key(person_id, turn_id), "-"
        looked_at = time.monotonic()
        while True:
            try:
                entries = await read_stream(self._redis, key, place)
                if not entries and time.monotonic() - looked_at > SECONDS_BETWEEN_LEASES:
                    looked_at = time.monotonic()
                    await self._interruptions.end_if_alone(person_id, turn_id)
            except (RedisError, Unavailable):
                await asyncio.sleep(SECONDS_WITHOUT_REDIS)
                continue
            for at, frames, end in entries:
                place = at
                for seq, frame in _above(after, frames) if end == INTERRUPTED else frames:
                    if seq > after or frame.startswith(TITLE):
                        after = max(after, seq)
                        yield frame
                if end:
                    return
            if not entries:
                await asyncio.sleep(SECONDS_BETWEEN)


def _above(after: int, frames: list[Numbered]) -> list[Numbered]:
    """How a turn ended whose process was killed, for somebody who heard more of it than had come to Redis: the numbers
    of the end would be those of texts that this somebody has.
    """
    lacking = max(0, after + 1 - frames[0][0]) if frames else 0
    if not lacking:
        return frames
    return [(seq + lacking, json.dumps(json.loads(frame) | {"seq": seq + lacking})) for seq, frame in frames]


def _unavailable() -> Unavailable:
    return Unavailable("redis", "The chat is not available right now. Please try again in a minute.")
