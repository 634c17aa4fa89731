"""Turns from the question to the kept answers, on this instance and, by way of Redis, on all others."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from portal.chat.keeping import Keeping
from portal.chat.lane import Lane, LanePlan
from portal.chat.limits import ChatLimits
from portal.chat.meters import ChatMeters
from portal.chat.naming import Naming
from portal.chat.plans import checked, new_turn, plans, temporary_plans
from portal.chat.progress import Progress
from portal.chat.protocol import Send, StartedLane, Title, Turn
from portal.chat.recorded import RecordedTurns
from portal.chat.turn import Keep, RunningTurn
from portal.clients.catalogue import ModelCatalogue
from portal.clients.completions import Completions
from portal.conversations.turns import BegunTurn, TurnRecords
from portal.core.errors import Unavailable
from portal.models import MessageState

# After the grace of a stop, for Postgres to take what was written.
SECONDS_TO_KEEP = 5


class Stopping(Unavailable):
    def __init__(self) -> None:
        super().__init__("portal", "This part of the platform is about to restart. Please try again.", retry_after=1)


@dataclass(frozen=True)
class Asker:
    """Who asks, in which request, and since when."""

    person_id: UUID
    request_id: str
    started: float


@dataclass(frozen=True)
class TurnParts:
    """`key_of`: the key with which LiteLLM is asked for a person. `answer_seconds`: for an answer as a whole."""

    records: TurnRecords
    keeping: Keeping
    progress: Progress
    recorded: RecordedTurns
    completions: Completions
    catalogue: ModelCatalogue
    key_of: Callable[[UUID], Awaitable[str]]
    naming: Naming
    limits: ChatLimits
    meters: ChatMeters
    answer_seconds: float


class Turns:
    def __init__(self, parts: TurnParts) -> None:
        self._parts = parts
        self._tasks: dict[asyncio.Task[None], RunningTurn] = {}
        self._is_stopping = False

    async def start(self, person_id: UUID, asked: Send, request_id: str) -> RunningTurn:
        """The models are asked as soon as it is certain what; the turn opens when its question is stored.

        Raises what is wrong with the frame, with the person, and with their key.
        """
        asker = Asker(person_id, request_id, time.perf_counter())
        if self._is_stopping:
            raise Stopping
        send = checked(asked, self._parts.limits, self._parts.catalogue)
        turn_id = uuid4()
        names = [f"{turn_id}:{lane.lane}" for lane in send.lanes]
        await self._parts.progress.reserve(person_id, names, self._parts.limits.running_answers)
        try:
            # Before, because whoever waits for it while they hold a connection to Postgres may wait for one another.
            key = await self._parts.key_of(person_id)
            begin = self._begin_temporary if send.temporary else self._begin
            return await begin(turn_id, send, asker, key)
        except BaseException:
            await self._parts.progress.release(person_id, names)
            raise

    async def follow(self, person_id: UUID, turn_id: UUID, after: int) -> AsyncIterator[str]:
        """Its frames above the number `after`, and then what comes. `TurnNotFound`, for somebody else's too."""
        running = self._parts.progress.find(person_id, turn_id)
        if running:
            return running.frames.follow(after)
        await self._parts.recorded.find(person_id, turn_id)
        return self._parts.recorded.follow(person_id, turn_id, after)

    async def stop(self, person_id: UUID, turn_id: UUID, lane: int | None) -> None:
        """What was written is kept. An answer that has ended stays as it is. `TurnNotFound` as above."""
        running = self._parts.progress.find(person_id, turn_id)
        if running:
            running.end(MessageState.STOPPED, lane)
        else:
            await self._parts.recorded.ask_to_stop(person_id, turn_id, lane)

    async def close(self, grace: float) -> None:
        """Answers may come to their end for so many seconds; then they are kept as interrupted."""
        self._is_stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for turn in self._tasks.values():
            turn.end(MessageState.INTERRUPTED)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SECONDS_TO_KEEP)
        await self._parts.progress.write()

    async def _begin(self, turn_id: UUID, send: Send, asker: Asker, key: str) -> RunningTurn:
        turn: RunningTurn | None = None
        try:
            async with self._parts.records.begin(new_turn(turn_id, asker.person_id, send)) as begun:
                made = plans(send, begun, self._parts.catalogue)
                turn = self._ask(turn_id, made, asker, key)
        except BaseException:
            if turn:
                turn.end(MessageState.STOPPED)
            raise
        conversation = begun.conversation.id
        opening = self._opening(turn, send, conversation, begun.question.id, begun.question.parent_id)
        turn.open(opening, Title(conversation=conversation, title=begun.title) if begun.title else None)
        name = partial(self._name, turn, begun, key) if begun.title is not None else None
        self._run(turn, partial(self._parts.keeping.keep, turn, begun.answers), name)
        return turn

    async def _begin_temporary(self, turn_id: UUID, send: Send, asker: Asker, key: str) -> RunningTurn:
        turn = self._ask(turn_id, temporary_plans(send, self._parts.catalogue), asker, key, is_temporary=True)
        try:
            await self._parts.records.welcome(asker.person_id)
        except BaseException:
            turn.end(MessageState.STOPPED)
            raise
        question = uuid4()
        turn.open(self._opening(turn, send, None, question, send.parent), None)
        self._run(turn, partial(self._parts.keeping.keep_nothing, turn, question), None)
        return turn

    def _ask(
        self, turn_id: UUID, made: Sequence[LanePlan], asker: Asker, key: str, *, is_temporary: bool = False
    ) -> RunningTurn:
        lanes = [
            Lane(plan, started=asker.started, most_characters=self._parts.limits.answer_characters) for plan in made
        ]
        turn = RunningTurn(turn_id, asker.person_id, lanes, is_temporary=is_temporary)
        for lane in lanes:
            ask = partial(self._parts.completions.stream, lane.plan.question, key, request_id=asker.request_id)
            lane.start(ask, turn.tell, turn.may_tell, self._parts.answer_seconds)
        models = [lane.plan.question.model for lane in lanes]
        self._parts.meters.turn_started(
            turn_id, models, is_temporary=is_temporary, seconds=time.perf_counter() - asker.started
        )
        return turn

    def _opening(
        self, turn: RunningTurn, send: Send, conversation: UUID | None, question: UUID, parent: UUID | None
    ) -> Turn:
        lanes = [
            StartedLane(
                lane=lane.plan.number,
                model=lane.plan.question.model,
                message=lane.plan.answer,
                tokens=lane.plan.fitted.tokens,
                context=lane.plan.fitted.context,
                dropped=lane.plan.fitted.dropped,
            )
            for lane in turn.lanes
        ]
        return Turn(
            seq=turn.frames.next_seq,
            ref=send.ref,
            id=turn.id,
            conversation=conversation,
            question=question,
            parent=parent,
            lanes=lanes,
        )

    def _run(self, turn: RunningTurn, keep: Keep, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self._parts.progress.add(turn)
        task = asyncio.create_task(self._to_the_end(turn, keep, then))
        self._tasks[task] = turn
        task.add_done_callback(self._tasks.pop)

    async def _to_the_end(self, turn: RunningTurn, keep: Keep, then: Callable[[], Awaitable[None]] | None) -> None:
        try:
            with self._parts.meters.answering(len(turn.lanes)):
                await turn.run(keep)
            if then and not self._is_stopping:
                await then()
        finally:
            turn.frames.complete()

    async def _name(self, turn: RunningTurn, begun: BegunTurn, key: str) -> None:
        conversation = begun.conversation.id
        answer = next((lane.text for lane in turn.lanes if lane.text), "")
        title = await self._parts.naming.name(conversation, begun.question.content, answer, key)
        if title:
            turn.frames.add(Title(conversation=conversation, title=title))
