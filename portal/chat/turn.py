"""One running turn: its lanes, and the frames that tell of them, at most about thirty times a second."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from portal.chat.frames import Frames
from portal.chat.lane import Lane
from portal.chat.protocol import Delta, Done, Error, Title, Turn
from portal.conversations.answers import MessageAnswer
from portal.conversations.turns import Ending
from portal.models import MessageState

# A display shows no more.
SECONDS_PER_FRAME = 1 / 30

Keep = Callable[[Lane, Ending], Awaitable[MessageAnswer]]


class RunningTurn:
    """`keep` stores the end of an answer."""

    def __init__(self, turn_id: UUID, person_id: UUID, lanes: Sequence[Lane], *, is_temporary: bool) -> None:
        self.id = turn_id
        self.person_id = person_id
        self.lanes = lanes
        self.is_temporary = is_temporary
        self.frames = Frames()
        self.may_tell = asyncio.Event()
        self._next_frame_at = 0.0
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def names(self) -> list[str]:
        """Of its answers, to count them."""
        return [f"{self.id}:{lane.plan.number}" for lane in self.lanes]

    def open(self, frame: Turn, title: Title | None) -> None:
        """From here on there is something to tell, and somebody to tell it to."""
        self.frames.add(frame)
        if title:
            self.frames.add(title)
        self.may_tell.set()

    async def run(self, keep: Keep) -> None:
        """Until every lane has ended and is kept."""
        await asyncio.gather(*(self._finish(lane, keep) for lane in self.lanes))

    def end(self, state: MessageState, lane: int | None = None) -> None:
        for one in self.lanes:
            if lane is None or one.plan.number == lane:
                one.end(state)

    def tell(self, lane: Lane) -> None:
        """The first text of a lane at once, then all lanes together, a window later."""
        loop = asyncio.get_running_loop()
        if not lane.has_told or loop.time() >= self._next_frame_at:
            self._tell_all()
        elif self._waiting is None:
            self._waiting = loop.call_at(self._next_frame_at, self._tell_all)

    def _tell_all(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
        self._next_frame_at = asyncio.get_running_loop().time() + SECONDS_PER_FRAME
        for lane in self.lanes:
            self._tell_of(lane)

    def _tell_of(self, lane: Lane) -> None:
        text, reasoning = lane.take_untold()
        if text or reasoning:
            lane.has_told = True
            number, seq = lane.plan.number, self.frames.next_seq
            self.frames.add(Delta(turn=self.id, lane=number, seq=seq, text=text, reasoning=reasoning))

    async def _finish(self, lane: Lane, keep: Keep) -> None:
        ending = await lane.ended()
        await self.may_tell.wait()
        message = await keep(lane, ending)
        self._tell_of(lane)
        number, seq = lane.plan.number, self.frames.next_seq
        failure = lane.failure
        if failure is None or message.state is not MessageState.FAILED:
            self.frames.add(Done(turn=self.id, lane=number, seq=seq, message=message))
            return
        self.frames.add(
            Error(
                turn=self.id,
                lane=number,
                seq=seq,
                code=failure.code,
                text=failure.text,
                retryable=failure.retryable,
                retry_after=failure.retry_after,
                message=message,
            )
        )
