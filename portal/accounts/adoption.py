"""What a visitor chatted becomes the person's, when the visitor turns out to be that person."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.models import Conversation, Folder, SavedPrompt


async def adopt(session: AsyncSession, visitor_id: UUID, person_id: UUID) -> None:
    """Conversations, folders and prompts. The visitor's key stays theirs, and what runs goes on."""
    await _adopt_folders(session, visitor_id, person_id)
    for table in (Conversation, SavedPrompt):
        await session.exec(update(table).where(col(table.person_id) == visitor_id).values(person_id=person_id))


async def _adopt_folders(session: AsyncSession, visitor_id: UUID, person_id: UUID) -> None:
    """Two folders of one name become one; the others come behind the person's own."""
    own = (await session.exec(select(Folder).where(Folder.person_id == person_id))).all()
    by_name = {folder.name.casefold(): folder for folder in own}
    last = max((folder.position for folder in own), default=-1)
    theirs = select(Folder).where(Folder.person_id == visitor_id).order_by(col(Folder.position))
    for folder in (await session.exec(theirs)).all():
        same = by_name.get(folder.name.casefold())
        if same:
            moved = update(Conversation).where(col(Conversation.folder_id) == folder.id)
            await session.exec(moved.values(folder_id=same.id))
            await session.delete(folder)
        else:
            last += 1
            folder.person_id, folder.position = person_id, last
