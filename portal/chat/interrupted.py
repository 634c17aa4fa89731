"""Answers whose process has gone: each is ended once, by whoever notices first, with the text that Redis has."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from pydantic import TypeAdapter
from redis.asyncio import Redis

from portal.chat.frames import Numbered
from portal.chat.places import INTERRUPTED, KEPT_FOR, ending_key, lease_key, packed, read_stream, turn_key
from portal.chat.protocol import Delta, Done, Error, ServerFrame, Turn
from portal.conversations.answers import Facts, MessageAnswer
from portal.conversations.turns import Ending, TurnRecords, ended
from portal.core.clock import Clock
from portal.core.logs import get_logger
from portal.models import Message, MessageState, Role

log = get_logger()

# Somebody who claimed an ending and did not come to its end; then the next one may.
CLAIM = timedelta(seconds=20)
# A turn that has just begun may not have its lease yet.
LEAST_AGE = timedelta(seconds=15)
MOST_AT_ONCE = 200
FRAME: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)


@dataclass
class Told:
    """What a turn has told, put together again."""

    opened: Turn | None = None
    texts: dict[int, str] = field(default_factory=dict)
    thoughts: dict[int, str] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    last: int = 0
    is_complete: bool = False

    def hear(self, entry: Numbered) -> None:
        seq, text = entry
        frame = FRAME.validate_json(text)
        if seq <= self.last:
            return
        self.last = seq
        match frame:
            case Turn():
                self.opened = frame
            case Delta():
                self.texts[frame.lane] = self.texts.get(frame.lane, "") + frame.text
                self.thoughts[frame.lane] = self.thoughts.get(frame.lane, "") + frame.reasoning
            case Done() | Error() if frame.lane is not None:
                self.ended.add(frame.lane)


class Interruptions:
    def __init__(self, redis: Redis, records: TurnRecords, clock: Clock) -> None:
        self._redis = redis
        self._records = records
        self._clock = clock

    async def end_all(self) -> None:
        """Those that nobody asks for."""
        running = await self._records.running(self._clock() - LEAST_AGE, MOST_AT_ONCE)
        for turn_id, person_id in running:
            await self.end_if_alone(person_id, turn_id)

    async def end_if_alone(self, person_id: UUID, turn_id: UUID) -> None:
        """Does nothing while a process writes it, or somebody else ends it."""
        if await self._redis.exists(lease_key(turn_id)):
            return
        if await self._redis.set(ending_key(turn_id), "1", nx=True, ex=CLAIM):
            await self._end(person_id, turn_id)

    async def _end(self, person_id: UUID, turn_id: UUID) -> None:
        key = turn_key(person_id, turn_id)
        told = Told()
        for _, frames, end in await read_stream(self._redis, key):
            told.is_complete = told.is_complete or bool(end)
            for frame in frames:
                told.hear(frame)
        messages = [await self._interrupt(row, told) for row in await self._records.of_turn(turn_id)]
        if told.is_complete:
            return
        messages += self._temporary(told)
        untold = [message for message in messages if message.lane not in told.ended]
        entries = [
            (seq, Done(turn=turn_id, lane=message.lane, seq=seq, message=message).model_dump_json())
            for seq, message in enumerate(untold, start=told.last + 1)
        ]
        await self._redis.xadd(
            key, {"frames": packed(entries), "end": INTERRUPTED} if entries else {"end": INTERRUPTED}
        )
        await self._redis.expire(key, KEPT_FOR)
        log.info("chat.turn_interrupted", turn=str(turn_id), lanes=len(entries))

    async def _interrupt(self, row: Message, told: Told) -> MessageAnswer:
        """As it is stored then: another process may have been faster."""
        if row.state is MessageState.RUNNING and row.turn_id:
            ending = Ending(
                MessageState.INTERRUPTED,
                content=row.content + told.texts.get(row.lane, ""),
                reasoning=row.reasoning + told.thoughts.get(row.lane, ""),
            )
            is_written = await self._records.finish(row.id, row.turn_id, ending)
            row = ended(row, ending) if is_written else await self._records.find(row.id) or row
        return MessageAnswer.of(row)

    def _temporary(self, told: Told) -> list[MessageAnswer]:
        opened = told.opened
        if opened is None or opened.conversation is not None:
            return []
        return [
            MessageAnswer(
                id=lane.message,
                parent=opened.question,
                turn=opened.id,
                role=Role.ASSISTANT,
                lane=lane.lane,
                model=lane.model,
                content=told.texts.get(lane.lane, ""),
                reasoning=told.thoughts.get(lane.lane, ""),
                state=MessageState.INTERRUPTED,
                error_code=None,
                finish_reason=None,
                facts=Facts(dropped=lane.dropped),
                created_at=self._clock(),
            )
            for lane in opened.lanes
        ]
