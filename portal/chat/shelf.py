"""What a person finds beside the conversation: their folders and the newest of their chats."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import col, select

from portal.conversations.answers import ConversationAnswer, MessageAnswer, WholeConversation
from portal.core.database import Database
from portal.models import Conversation, Folder, Message

FIRST_PAGE = 40


class FolderAnswer(BaseModel):
    id: UUID
    name: str


class Shelf(BaseModel):
    """`conversations`: those that lie in no folder, newest first; `next`: where the older ones begin, if there are any."""

    folders: Sequence[FolderAnswer] = ()
    conversations: Sequence[ConversationAnswer] = ()
    next: str | None = None


class Shelves:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def first_page(self, person_id: UUID) -> Shelf:
        async with self._database.transaction() as session:
            folders = await session.exec(
                select(Folder).where(Folder.person_id == person_id).order_by(col(Folder.position), col(Folder.name))
            )
            loose = (
                select(Conversation)
                .where(
                    Conversation.person_id == person_id,
                    col(Conversation.deleted_at).is_(None),
                    col(Conversation.folder_id).is_(None),
                )
                .order_by(col(Conversation.updated_at).desc())
            )
            found = (await session.exec(loose.limit(FIRST_PAGE + 1))).all()
        return Shelf(
            folders=[FolderAnswer(id=one.id, name=one.name) for one in folders],
            conversations=[ConversationAnswer.of(one) for one in found[:FIRST_PAGE]],
            next=f"{found[FIRST_PAGE - 1].updated_at.isoformat()}_{found[FIRST_PAGE - 1].id}"
            if len(found) > FIRST_PAGE
            else None,
        )

    async def whole(self, person_id: UUID, conversation_id: UUID) -> WholeConversation | None:
        async with self._database.transaction() as session:
            found = await session.get(Conversation, conversation_id)
            if found is None or found.person_id != person_id or found.deleted_at:
                return None
            ordered = select(Message).where(Message.conversation_id == found.id).order_by(col(Message.created_at))
            messages = [MessageAnswer.of(one) for one in await session.exec(ordered)]
        return WholeConversation(**ConversationAnswer.of(found).model_dump(), messages=messages)
