"""What a person finds beside the conversation: their folders and the newest of their chats."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel

from portal.conversations.answers import ConversationAnswer
from portal.conversations.folders import FolderAnswer, Folders
from portal.conversations.history import NO_FOLDER, History, Wanted
from portal.models import Person

FIRST_PAGE = 40


class Shelf(BaseModel):
    """`conversations`: those in no folder, newest first; `next`: where the older ones begin, if there are any."""

    folders: Sequence[FolderAnswer] = ()
    conversations: Sequence[ConversationAnswer] = ()
    next: str | None = None

    @classmethod
    async def of(cls, person: Person, history: History, folders: Folders) -> Self:
        page = await history.page(person, Wanted(limit=FIRST_PAGE, folder=NO_FOLDER))
        return cls(
            folders=[FolderAnswer.model_validate(one) for one in await folders.of(person)],
            conversations=[ConversationAnswer.of(one) for one in page.conversations],
            next=str(page.next) if page.next else None,
        )
