"""What was said before a question, as each lane is told it: one path through the tree of messages for each lane."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal.models import Message, MessageState, Role

WITHOUT_ANSWER = {MessageState.FAILED, MessageState.RUNNING}


@dataclass(frozen=True)
class Said:
    role: Role
    content: str


def _above() -> SelectOfScalar[Message]:
    end = select(col(Message.id), col(Message.parent_id)).where(col(Message.id) == bindparam("end", type_=Uuid()))
    line = end.cte("line", recursive=True)
    above = aliased(Message)
    line = line.union_all(select(col(above.id), col(above.parent_id)).where(col(above.id) == line.c.parent_id))
    on_line = select(line.c.id)
    beside = (col(Message.role) == Role.ASSISTANT) & col(Message.parent_id).in_(on_line)
    return select(Message).where(or_(col(Message.id).in_(on_line), beside))


# Put together once: that takes longer than Postgres does to answer it.
ABOVE = _above()


class Lineage:
    """The questions above a message, and everything that was answered to them."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._by_id = {message.id: message for message in messages}
        self._answers: dict[UUID, list[Message]] = {}
        for message in messages:
            if message.role is Role.ASSISTANT and message.parent_id:
                self._answers.setdefault(message.parent_id, []).append(message)

    @classmethod
    async def above(cls, session: AsyncSession, end: UUID | None) -> "Lineage":
        """`end`: the last message of the path, which is read too. The caller finds out whose it is."""
        return cls((await session.exec(ABOVE, params={"end": end})).all() if end else [])

    def message(self, message: UUID | None, conversation: UUID) -> Message | None:
        """Only one of this conversation."""
        found = self._by_id.get(message) if message else None
        return found if found and found.conversation_id == conversation else None

    def told(self, question: Message, lanes: Sequence[int], lane: int) -> list[Said]:
        """Oldest first, the question last. `lanes`: in which it is asked now.

        Lanes that are asked together each go on from their own answer to the question before, if they have one.
        One that is asked alone goes on from the very answer that the question follows, in whichever lane that stands.
        Two questions in a row, where the first has no answer, become one: many models refuse them otherwise.
        """
        said: list[Said] = []
        for message in reversed([question, *self._above(question, lanes, lane)]):
            if said and said[-1].role == message.role:
                said[-1] = Said(message.role, f"{said[-1].content}\n\n{message.content}")
            else:
                said.append(Said(message.role, message.content))
        return said

    def _above(self, question: Message, lanes: Sequence[int], lane: int) -> Iterator[Message]:
        while question.parent_id is not None:
            answer = self._by_id[question.parent_id]
            is_together = len({*lanes, *(one.lane for one in self._answers.get(question.id, ()))}) > 1
            answer = self._of_lane(answer, lane if is_together else answer.lane)
            if answer.content and answer.state not in WITHOUT_ANSWER:
                yield answer
            assert answer.parent_id  # noqa: S101 - every answer follows a question
            question, lanes = self._by_id[answer.parent_id], ()
            yield question

    def _of_lane(self, answer: Message, lane: int) -> Message:
        """The very answer that was followed, in its own lane; in another one that lane's newest answer to the same
        question, if it has one.
        """
        assert answer.parent_id  # noqa: S101 - as above
        if answer.lane == lane and answer.state not in WITHOUT_ANSWER:
            return answer
        beside = self._answers[answer.parent_id]
        own = [one for one in beside if one.lane == lane and one.state not in WITHOUT_ANSWER]
        return max(own, key=lambda one: one.created_at, default=answer)
