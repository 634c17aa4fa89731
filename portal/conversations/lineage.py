"""What was said before a question, as each lane is told it: one path through the tree of messages for each lane."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.models import Message, MessageState, Role

WITHOUT_ANSWER = {MessageState.FAILED, MessageState.RUNNING}


@dataclass(frozen=True)
class Said:
    role: Role
    content: str


class Lineage:
    """The questions above a message, and what was answered to them."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._by_id = {message.id: message for message in messages}

    @classmethod
    async def above(cls, session: AsyncSession, end: UUID | None, lanes: Sequence[int]) -> "Lineage":
        """`end`: the last message of the path, which is read too. The caller knows that it is theirs."""
        if end is None:
            return cls([])
        line = select(col(Message.id), col(Message.parent_id)).where(col(Message.id) == end).cte("line", recursive=True)
        above = aliased(Message)
        line = line.union_all(select(above.id, above.parent_id).where(_is(above.id == line.c.parent_id)))
        on_line = select(line.c.id)
        beside = (
            (col(Message.role) == Role.ASSISTANT) & col(Message.lane).in_(lanes) & col(Message.parent_id).in_(on_line)
        )
        found = await session.exec(select(Message).where(or_(col(Message.id).in_(on_line), beside)))
        return cls(found.all())

    def message(self, message: UUID | None, conversation: UUID) -> Message | None:
        """Only one of this conversation."""
        found = self._by_id.get(message) if message else None
        return found if found and found.conversation_id == conversation else None

    def told(self, end: UUID | None, lane: int) -> list[Said]:
        """Oldest first, from the beginning to `end`. Two questions in a row, where the first has no answer, become one:
        many models refuse them otherwise.
        """
        said: list[Said] = []
        for message in reversed(list(self._up_from(end, lane))):
            if said and said[-1].role == message.role:
                said[-1] = Said(message.role, f"{said[-1].content}\n\n{message.content}")
            else:
                said.append(Said(message.role, message.content))
        return said

    def _up_from(self, end: UUID | None, lane: int) -> Iterator[Message]:
        while end is not None:
            message = self._by_id[end]
            if message.role is Role.ASSISTANT:
                message = self._of_lane(message, lane)
            if message.content and message.state not in WITHOUT_ANSWER:
                yield message
            end = message.parent_id

    def _of_lane(self, answer: Message, lane: int) -> Message:
        """The very answer that was followed, in its own lane; in another one that lane's newest answer to the same
        question, if it has one.
        """
        if answer.lane == lane:
            return answer
        own = [
            one
            for one in self._by_id.values()
            if one.parent_id == answer.parent_id
            and one.role is Role.ASSISTANT
            and one.lane == lane
            and one.state not in WITHOUT_ANSWER
        ]
        return max(own, key=lambda one: one.created_at, default=answer)


def _is(condition: object) -> ColumnElement[bool]:
    assert isinstance(condition, ColumnElement)  # noqa: S101 - sqlmodel types a column as its value
    return condition
