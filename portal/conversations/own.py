"""A person's own things. Somebody else's are as unknown as those that never were."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.core.database import ROW_LOCK
from portal.core.errors import NotFound, SignInNeeded
from portal.models import Conversation, Folder, Message, Person, SavedPrompt


class ConversationNotFound(NotFound):
    code = "conversation_not_found"
    title = "No such chat"
    next_step = ("New chat", "/chat")

    def __init__(self) -> None:
        super().__init__("You have no such chat. It may have been deleted.")


class MessageNotFound(NotFound):
    code = "message_not_found"
    title = "No such message"

    def __init__(self) -> None:
        super().__init__("This chat has no such message. Reload the page.")


class FolderNotFound(NotFound):
    code = "folder_not_found"
    title = "No such folder"

    def __init__(self) -> None:
        super().__init__("You have no such folder. It may have been deleted.")


class PromptNotFound(NotFound):
    code = "prompt_not_found"
    title = "No such prompt"

    def __init__(self) -> None:
        super().__init__("You have no such prompt. It may have been deleted.")


async def lock_person(session: AsyncSession, person: Person) -> None:
    """Until the transaction ends nobody else adds to what is counted for this person."""
    if await session.get(Person, person.id, with_for_update=ROW_LOCK) is None:
        raise SignInNeeded


async def own_conversation(
    session: AsyncSession, person_id: UUID, conversation_id: str, *, lock: bool = False, deleted: bool = False
) -> Conversation:
    """`deleted`: also one that was deleted and can be brought back."""
    query = select(Conversation).where(
        Conversation.id == _id(conversation_id, ConversationNotFound), Conversation.person_id == person_id
    )
    if not deleted:
        query = query.where(col(Conversation.deleted_at).is_(None))
    found = (await session.exec(query.with_for_update(key_share=True) if lock else query)).first()
    if found is None:
        raise ConversationNotFound
    return found


async def own_folder(session: AsyncSession, person_id: UUID, folder_id: str | UUID) -> Folder:
    query = select(Folder).where(Folder.id == _id(folder_id, FolderNotFound), Folder.person_id == person_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise FolderNotFound
    return found


async def own_prompt(session: AsyncSession, person_id: UUID, prompt_id: str) -> SavedPrompt:
    query = select(SavedPrompt).where(
        SavedPrompt.id == _id(prompt_id, PromptNotFound), SavedPrompt.person_id == person_id
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise PromptNotFound
    return found


async def require_message(session: AsyncSession, conversation: Conversation, message_id: UUID) -> None:
    query = select(Message.id).where(Message.id == message_id, Message.conversation_id == conversation.id)
    if (await session.exec(query)).first() is None:
        raise MessageNotFound


def _id(text: str | UUID, not_found: type[NotFound]) -> UUID:
    """What is no id at all is the id of nothing."""
    try:
        return UUID(str(text))
    except ValueError as error:
        raise not_found from error
