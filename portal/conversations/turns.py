"""The two moments in which a turn is written: its question with the answers to be, and each answer at its end.

What is written in between is in Redis alone. No session outlives one of these moments.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.answers import Facts
from portal.conversations.lineage import Lineage, Said
from portal.conversations.own import ConversationNotFound, MessageNotFound
from portal.conversations.titles import title_of
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.keys.chat_key import welcome
from portal.models import Conversation, Folder, Message, MessageState, Role

CAN_GO_ON = {MessageState.STOPPED, MessageState.INTERRUPTED}
TOO_LONG = "length"
# No row of the session has to be brought up to date.
NOTHING_LOADED = {"synchronize_session": False}


class AnswerRunning(Conflict):
    code = "answer_running"

    def __init__(self) -> None:
        super().__init__("This answer is still being written. Wait for its end or stop it.")


@dataclass(frozen=True)
class NewTurn:
    """`models` by lane. Which of the other fields belong together is said at `portal.chat.protocol.Send`."""

    id: UUID
    person_id: UUID
    models: Mapping[int, str]
    conversation: UUID | None = None
    parent: UUID | None = None
    content: str | None = None
    continues: UUID | None = None
    system_prompt: str | None = None
    folder: UUID | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BegunTurn:
    """`told`: by lane, what its model is told, the question last. `title`: where the conversation was given one."""

    conversation: Conversation
    question: Message
    answers: Mapping[int, Message]
    told: Mapping[int, list[Said]]
    title: str | None


@dataclass(frozen=True)
class Ending:
    """How an answer ended, and all of its text."""

    state: MessageState
    content: str
    reasoning: str
    facts: Facts = field(default_factory=Facts)
    error_code: str | None = None
    finish_reason: str | None = None


def ended(answer: Message, ending: Ending) -> Message:
    """The same answer, as it is then stored."""
    facts = ending.facts.model_dump(exclude_none=True)
    return Message(**{**answer.model_dump(), **vars(ending), "facts": facts})


class TurnRecords:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def begin(self, new: NewTurn) -> AsyncIterator[BegunTurn]:
        """Inside the block all is read and every id is certain; at its end it is written.

        Raises `ConversationNotFound`, also for somebody else's, `MessageNotFound`, `AnswerRunning`, and, not before its
        end, what `welcome` raises.
        """
        async with self._database.transaction() as session:
            now = self._clock()
            conversation = await _conversation(session, new, now)
            begun = await _begun(session, new, conversation, now)
            yield begun
            await welcome(session, new.person_id)
            session.add(conversation)
            # Rows that refer to one another are written in the order in which they are added.
            session.add(begun.question)
            session.add_all(begun.answers.values())

    async def welcome(self, person_id: UUID) -> None:
        """For turns that are not written."""
        async with self._database.transaction() as session:
            await welcome(session, person_id)

    async def finish(self, answer: UUID, turn: UUID, ending: Ending) -> bool:
        """Once: false when the answer has been finished before, or deleted."""
        values = {**vars(ending), "facts": ending.facts.model_dump(exclude_none=True)}
        running = (col(Message.id) == answer, col(Message.turn_id) == turn, col(Message.state) == MessageState.RUNNING)
        async with self._database.transaction() as session:
            finish = update(Message).where(*running).values(**values)
            return (await session.exec(finish, execution_options=NOTHING_LOADED)).rowcount > 0

    async def find(self, answer: UUID) -> Message | None:
        async with self._database.transaction() as session:
            return await session.get(Message, answer)

    async def of_turn(self, turn: UUID) -> list[Message]:
        async with self._database.transaction() as session:
            found = await session.exec(select(Message).where(col(Message.turn_id) == turn).order_by(col(Message.lane)))
            return list(found.all())

    async def running(self, begun_before: datetime, most: int) -> list[tuple[UUID, UUID]]:
        """Turns and the persons that they belong to, whose answers are still to be finished."""
        unfinished = (
            select(Message.turn_id, Conversation.person_id)
            .join(Conversation, col(Message.conversation_id) == col(Conversation.id))
            .where(col(Message.state) == MessageState.RUNNING, col(Message.created_at) < begun_before)
            .distinct()
            .limit(most)
        )
        async with self._database.transaction() as session:
            return [(turn, person) for turn, person in (await session.exec(unfinished)).all() if turn]

    async def name(self, conversation: UUID, title: str) -> bool:
        """Whether it has this title now: a person's own is kept."""
        theirs = (col(Conversation.id) == conversation, col(Conversation.is_title_own).is_(False))
        async with self._database.transaction() as session:
            name = update(Conversation).where(*theirs).values(title=title)
            return (await session.exec(name, execution_options=NOTHING_LOADED)).rowcount > 0


async def _conversation(session: AsyncSession, new: NewTurn, now: datetime) -> Conversation:
    if new.conversation is None:
        if new.content is None or new.parent or new.continues:
            raise ConversationNotFound
        return Conversation(
            person_id=new.person_id,
            folder_id=await _own_folder(session, new),
            system_prompt=new.system_prompt or "",
            parameters=dict(new.parameters),
            created_at=now,
            updated_at=now,
        )
    own = (
        col(Conversation.id) == new.conversation,
        col(Conversation.person_id) == new.person_id,
        col(Conversation.deleted_at).is_(None),
    )
    found = (await session.exec(select(Conversation).where(*own).with_for_update(key_share=True))).first()
    if found is None:
        raise ConversationNotFound
    return found


async def _own_folder(session: AsyncSession, new: NewTurn) -> UUID | None:
    """A folder that is gone in the meantime is no reason to lose the question."""
    if new.folder is None:
        return None
    own = (col(Folder.id) == new.folder, col(Folder.person_id) == new.person_id)
    return (await session.exec(select(Folder.id).where(*own))).first()


async def _begun(session: AsyncSession, new: NewTurn, conversation: Conversation, now: datetime) -> BegunTurn:
    end = new.continues or new.parent
    lineage = await Lineage.above(session, end)
    last = lineage.message(end, conversation.id)
    title = None
    if new.continues:
        answer = _to_be_continued(last)
        question = lineage.message(answer.parent_id, conversation.id)
        assert question  # noqa: S101 - every answer has one
        answer.turn_id, answer.state = new.id, MessageState.RUNNING
        answers = {answer.lane: answer}
    else:
        question = _question(new, conversation, last, now)
        answers = {
            lane: Message(
                conversation_id=conversation.id,
                parent_id=question.id,
                turn_id=new.id,
                role=Role.ASSISTANT,
                lane=lane,
                model=model,
                state=MessageState.RUNNING,
                created_at=now + timedelta(microseconds=number),
            )
            for number, (lane, model) in enumerate(new.models.items(), start=1)
        }
    lanes = tuple(answers)
    told = {lane: lineage.told(question, lanes, lane) for lane in lanes}
    conversation.updated_at = now
    conversation.leaf_id = answers[min(answers)].id
    if new.content is not None:
        conversation.models = list(new.models.values())
    if not conversation.title and not conversation.is_title_own:
        title = conversation.title = title_of(question.content)
    return BegunTurn(conversation, question, answers, told, title)


def _to_be_continued(answer: Message | None) -> Message:
    if answer is None or answer.role is not Role.ASSISTANT:
        raise MessageNotFound
    if answer.state is MessageState.RUNNING:
        raise AnswerRunning
    if answer.state not in CAN_GO_ON and answer.finish_reason != TOO_LONG:
        raise MessageNotFound
    return answer


def _question(new: NewTurn, conversation: Conversation, last: Message | None, now: datetime) -> Message:
    if new.content is None:
        if last is None or last.role is not Role.USER:
            raise MessageNotFound
        return last
    if new.parent and (last is None or last.role is not Role.ASSISTANT):
        raise MessageNotFound
    if last and last.state is MessageState.RUNNING:
        raise AnswerRunning
    return Message(
        id=uuid4(),
        conversation_id=conversation.id,
        parent_id=new.parent,
        role=Role.USER,
        content=new.content,
        created_at=now,
    )
