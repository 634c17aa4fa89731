"""A person's conversations: listed, opened, changed, deleted and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.answers import Parameters
from portal.conversations.cursor import Cursor
from portal.conversations.own import ConversationNotFound, own_conversation, own_folder, require_message
from portal.conversations.text import Text, Title
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import BadInput
from portal.core.text import ONE_LINE
from portal.models import Conversation, Message, Person

WORD = "delete"
NO_FOLDER = "none"
MOST_MODELS = 16
MOST_MODEL_NAME = 256

ModelName = Annotated[str, StringConstraints(min_length=1, max_length=MOST_MODEL_NAME), ONE_LINE]


class ConversationChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title = ""
    folder: UUID | None = Field(None, description="null takes it out of its folder")
    models: list[ModelName] = Field(
        [], min_length=1, max_length=MOST_MODELS, description="of the lanes, in their order"
    )
    system_prompt: Text = ""
    parameters: Parameters = Parameters()
    leaf: UUID = Field(UUID(int=0), description="the message at the end of the branch that is looked at")


class DeletionOfAll(BaseModel):
    """`confirm` is the word `delete`."""

    model_config = ConfigDict(extra="forbid")

    confirm: str


@dataclass(frozen=True)
class Wanted:
    """`folder`: its id, or `none` for those that lie in no folder. `deleted`: those that can still be brought back, in
    place of the others.
    """

    limit: int
    before: Cursor | None = None
    folder: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class ConversationPage:
    """`next`: where the next page begins, if there is one."""

    conversations: Sequence[Conversation]
    next: Cursor | None


class History:
    def __init__(self, database: Database, clock: Clock, undo_period: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._undo_period = undo_period

    async def page(self, person: Person, wanted: Wanted) -> ConversationPage:
        """Newest first, by their last message. Raises `FolderNotFound`."""
        newest_first = (col(Conversation.updated_at).desc(), col(Conversation.id).desc())
        async with self._database.transaction() as session:
            conditions = await self._conditions(session, person, wanted)
            query = select(Conversation).where(*conditions).order_by(*newest_first)
            found = (await session.exec(query.limit(wanted.limit + 1))).all()
        rows = found[: wanted.limit]
        return ConversationPage(rows, Cursor.of(rows[-1]) if len(found) > wanted.limit else None)

    async def whole(self, person: Person, conversation_id: str) -> tuple[Conversation, Sequence[Message]]:
        async with self._database.transaction() as session:
            conversation = await own_conversation(session, person.id, conversation_id)
            tree = (
                select(Message)
                .where(Message.conversation_id == conversation.id)
                .order_by(col(Message.created_at), col(Message.lane), col(Message.id))
            )
            return conversation, (await session.exec(tree)).all()

    async def change(self, person: Person, conversation_id: str, wanted: ConversationChange) -> Conversation:
        """Only what is named, so that two windows don't undo each other's changes."""
        named = wanted.model_fields_set
        async with self._database.transaction() as session:
            conversation = await own_conversation(session, person.id, conversation_id, lock=True)
            if "title" in named:
                conversation.title, conversation.is_title_own = wanted.title, True
            if "folder" in named:
                conversation.folder_id = await _folder(session, person, wanted.folder)
            if "models" in named:
                conversation.models = wanted.models
            if "system_prompt" in named:
                conversation.system_prompt = wanted.system_prompt
            if "parameters" in named:
                conversation.parameters = stored(wanted.parameters)
            if "leaf" in named:
                await require_message(session, conversation, wanted.leaf)
                conversation.leaf_id = wanted.leaf
        return conversation

    async def delete(self, person: Person, conversation_id: str) -> None:
        """As often as one likes; the first time counts."""
        async with self._database.transaction() as session:
            conversation = await own_conversation(session, person.id, conversation_id, lock=True, deleted=True)
            conversation.deleted_at = conversation.deleted_at or self._clock()

    async def delete_all(self, person: Person, wanted: DeletionOfAll) -> None:
        if wanted.confirm.strip().casefold() != WORD:
            text = f"To confirm, send the word “{WORD}”."
            raise BadInput(text, fields={"confirm": text})
        mine = (col(Conversation.person_id) == person.id, col(Conversation.deleted_at).is_(None))
        async with self._database.transaction() as session:
            await session.exec(update(Conversation).where(*mine).values(deleted_at=self._clock()))

    async def restore(self, person: Person, conversation_id: str) -> Conversation:
        async with self._database.transaction() as session:
            conversation = await own_conversation(session, person.id, conversation_id, lock=True, deleted=True)
            if conversation.deleted_at and conversation.deleted_at <= self._undoable_since():
                raise ConversationNotFound
            conversation.deleted_at = None
        return conversation

    async def _conditions(self, session: AsyncSession, person: Person, wanted: Wanted) -> list[ColumnElement[bool]]:
        deleted_at, folder_id = col(Conversation.deleted_at), col(Conversation.folder_id)
        conditions = [
            col(Conversation.person_id) == person.id,
            deleted_at > self._undoable_since() if wanted.deleted else deleted_at.is_(None),
        ]
        if wanted.before:
            conditions.append(wanted.before.older)
        if wanted.folder == NO_FOLDER:
            conditions.append(folder_id.is_(None))
        elif wanted.folder:
            conditions.append(folder_id == (await own_folder(session, person.id, wanted.folder)).id)
        return conditions

    def _undoable_since(self) -> datetime:
        return self._clock() - self._undo_period


def stored(parameters: Parameters) -> dict[str, Any]:
    return parameters.model_dump(exclude_none=True)


async def _folder(session: AsyncSession, person: Person, folder_id: UUID | None) -> UUID | None:
    return (await own_folder(session, person.id, folder_id)).id if folder_id else None
