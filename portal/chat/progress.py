"""The turns of this process, told to all the others: one pipeline to Redis every tenth of a second carries everything
that is new in all of them, and brings what people on other instances want stopped.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from litellm_config.cancellation import end_if_cancelled
from portal.chat.places import (
    COMPLETE,
    COUNTED_FOR,
    KEPT_FOR,
    LEASE,
    MOST_AT_ONCE,
    TEMPORARY_KEPT_FOR,
    answers_key,
    lease_key,
    packed,
    stops_key,
    turn_key,
)
from portal.chat.refusals import TooManyTurns
from portal.chat.turn import RunningTurn
from portal.core.logs import get_logger
from portal.models import MessageState

log = get_logger()

SECONDS_BETWEEN = 0.1
SECONDS_BETWEEN_LEASES = 1.0
MOST_STOPS = 1000


@dataclass
class Followed:
    turn: RunningTurn
    sent: int = 0


class Progress:
    def __init__(self, redis: Redis) -> None:
        self.process = uuid4().hex
        self._redis = redis
        self._turns: dict[UUID, Followed] = {}
        self._leased_at = 0.0
        self._is_well = True

    @property
    def running(self) -> int:
        return len(self._turns)

    @property
    def unwritten(self) -> int:
        return sum(len(one.turn.frames.entries) - one.sent for one in self._turns.values())

    def find(self, person_id: UUID, turn_id: UUID) -> RunningTurn | None:
        """Only the person's own."""
        found = self._turns.get(turn_id)
        return found.turn if found and found.turn.person_id == person_id else None

    async def reserve(self, person_id: UUID, names: Sequence[str], most: int) -> None:
        """Counts answers before they are begun; `TooManyTurns`. Without Redis nobody is refused."""
        key = answers_key(person_id)
        pipe = self._redis.pipeline(transaction=True)
        pipe.zremrangebyscore(key, 0, time.time())
        pipe.zadd(key, dict.fromkeys(names, _until()))
        pipe.zcard(key)
        pipe.expire(key, COUNTED_FOR)
        try:
            _, _, count, _ = await pipe.execute()
        except RedisError:
            return
        if count > most:
            await self.release(person_id, names)
            raise TooManyTurns(most)

    async def release(self, person_id: UUID, names: Sequence[str]) -> None:
        with suppress(RedisError):
            await self._redis.zrem(answers_key(person_id), *names)

    def add(self, turn: RunningTurn) -> None:
        self._turns[turn.id] = Followed(turn)
        # So that its lease is there with its first frames.
        self._leased_at = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            if self._turns:
                await self.write()
                end_if_cancelled()

    async def write(self) -> None:
        """What could not be written now is written the next time."""
        now = time.monotonic()
        leases = now - self._leased_at > SECONDS_BETWEEN_LEASES
        written = [(one, len(one.turn.frames.entries), one.turn.frames.is_complete) for one in self._turns.values()]
        pipe = self._redis.pipeline(transaction=False)
        pipe.lpop(stops_key(self.process), MOST_STOPS)
        for one, until, is_complete in written:
            self._write_turn(pipe, one, until, is_complete=is_complete, leases=leases)
        try:
            wishes, *_ = await pipe.execute()
        except RedisError as error:
            if self._is_well:
                log.warning("chat.progress_not_written", reason=type(error).__name__)
            self._is_well = False
            return
        self._is_well = True
        if leases:
            self._leased_at = now
        for one, until, is_complete in written:
            one.sent = until
            if is_complete:
                self._turns.pop(one.turn.id, None)
        for wish in wishes or ():
            self._hear(wish)

    def _write_turn(self, pipe: Any, one: Followed, until: int, *, is_complete: bool, leases: bool) -> None:
        turn = one.turn
        key = turn_key(turn.person_id, turn.id)
        fields = {}
        if until > one.sent:
            fields["frames"] = packed(turn.frames.entries[one.sent : until])
        if is_complete:
            fields["end"] = COMPLETE
        if fields:
            pipe.xadd(key, fields, maxlen=MOST_AT_ONCE, approximate=True)
        if is_complete:
            pipe.delete(lease_key(turn.id))
            pipe.zrem(answers_key(turn.person_id), *turn.names)
        elif leases:
            pipe.set(lease_key(turn.id), self.process, ex=LEASE)
            pipe.zadd(answers_key(turn.person_id), dict.fromkeys(turn.names, _until()))
        if fields or leases:
            pipe.expire(key, TEMPORARY_KEPT_FOR if turn.is_temporary else KEPT_FOR)

    def _hear(self, wish: str) -> None:
        turn, _, lane = wish.partition(" ")
        with suppress(ValueError):
            if found := self._turns.get(UUID(turn)):
                found.turn.end(MessageState.STOPPED, int(lane) if lane else None)


def _until() -> float:
    return time.time() + COUNTED_FOR.total_seconds()
