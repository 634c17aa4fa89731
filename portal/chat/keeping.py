"""The end of an answer, stored once, also where Postgres is away for a while."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from portal.chat.lane import Lane
from portal.chat.meters import ChatMeters
from portal.chat.turn import RunningTurn
from portal.conversations.answers import MessageAnswer
from portal.conversations.turns import Ending, TurnRecords, ended
from portal.core.clock import Clock
from portal.core.errors import Unavailable
from portal.core.logs import get_logger
from portal.models import Message, Role

log = get_logger()

SECONDS_BETWEEN_TRIES = 2.0
MOST_TRIES = 15


class Keeping:
    def __init__(self, records: TurnRecords, meters: ChatMeters, clock: Clock) -> None:
        self._records = records
        self._meters = meters
        self._clock = clock

    async def keep(
        self, turn: RunningTurn, answers: Mapping[int, Message], lane: Lane, ending: Ending
    ) -> MessageAnswer:
        """As it is stored: somebody who thought that this process is gone may have been faster."""
        answer = answers[lane.plan.number]
        with self._meters.keeping():
            kept = await self._stored(answer, turn.id, ending)
        message = MessageAnswer.of(kept or ended(answer, ending))
        self._meters.lane_ended(turn.id, message)
        return message

    async def keep_nothing(self, turn: RunningTurn, question: UUID, lane: Lane, ending: Ending) -> MessageAnswer:
        """Of a temporary chat."""
        message = MessageAnswer(
            id=lane.plan.answer,
            parent=question,
            turn=turn.id,
            role=Role.ASSISTANT,
            lane=lane.plan.number,
            model=lane.plan.question.model,
            created_at=self._clock(),
            **vars(ending),
        )
        self._meters.lane_ended(turn.id, message)
        return message

    async def _stored(self, answer: Message, turn: UUID, ending: Ending) -> Message | None:
        """`None` where it was deleted in the meantime, or where Postgres stays away: then it is found interrupted
        later, with the text that Redis has.
        """
        for _ in range(MOST_TRIES):
            try:
                is_written = await self._records.finish(answer.id, turn, ending)
                return ended(answer, ending) if is_written else await self._records.find(answer.id)
            except Unavailable:
                log.warning("chat.answer_not_kept_yet", turn=str(turn))
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
            except SQLAlchemyError:
                log.exception("chat.answer_not_storable", turn=str(turn))
                break
        self._meters.answer_lost()
        log.error("chat.answer_not_kept", turn=str(turn))
        return None
