"""Conversations over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from portal.accounts.auth_routes import no_store
from portal.accounts.people import Owner
from portal.conversations.answers import ConversationAnswer, MessageAnswer, WholeConversation
from portal.conversations.cursor import Cursor
from portal.conversations.history import ConversationChange, DeletionOfAll, History, Wanted
from portal.conversations.search import Result, Searches

MOST_LISTED = 200
MOST_SEARCHED = 200

Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]
Before = Annotated[str, Query(max_length=100, description="`next` of the answer before, for what is older")]
InFolder = Annotated[str, Query(max_length=36, description="only those in this folder; `none`: those in no folder")]
Wish = Annotated[str, Query(max_length=MOST_SEARCHED, description="the words")]
Deleted = Annotated[bool, Query(description="those that were deleted and can be brought back, in place of the others")]


class ConversationsAnswer(BaseModel):
    conversations: Sequence[ConversationAnswer]
    more: bool
    next: str | None = Field(description="for `before`, where there is more")


class SearchAnswer(BaseModel):
    """At most 50, those with the words in their title first, then the newest."""

    results: Sequence[Result]


class ConversationRoutes:
    def __init__(self, history: History, searches: Searches) -> None:
        self._history = history
        self._searches = searches

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/conversations", tags=["chat"], dependencies=[Depends(no_store)])
        add = router.add_api_route
        add("", self.all, methods=["GET"])
        add("", self.delete_all, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        add("/search", self.search, methods=["GET"])
        add("/{conversation_id}", self.one, methods=["GET"])
        add("/{conversation_id}", self.change, methods=["PATCH"])
        add("/{conversation_id}", self.delete, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        add("/{conversation_id}/restore", self.restore, methods=["POST"])
        return router

    async def all(
        self, person: Owner, *, limit: Limit = 50, before: Before = "", folder: InFolder = "", deleted: Deleted = False
    ) -> ConversationsAnswer:
        """Your conversations, the one with the newest message first."""
        wanted = Wanted(limit=limit, before=Cursor.read(before) if before else None, folder=folder, deleted=deleted)
        page = await self._history.page(person, wanted)
        return ConversationsAnswer(
            conversations=[ConversationAnswer.of(one) for one in page.conversations],
            more=page.next is not None,
            next=str(page.next) if page.next else None,
        )

    async def search(self, person: Owner, q: Wish) -> SearchAnswer:
        """Conversations in whose title or messages every word occurs, the last one as the beginning of a word."""
        return SearchAnswer(results=await self._searches.find(person, q))

    async def one(self, conversation_id: str, person: Owner) -> WholeConversation:
        """With all its messages: the answer to a question is its child, and so is the next question of the answer."""
        conversation, messages = await self._history.whole(person, conversation_id)
        return WholeConversation(
            **ConversationAnswer.of(conversation).model_dump(), messages=[MessageAnswer.of(one) for one in messages]
        )

    async def change(self, conversation_id: str, body: ConversationChange, person: Owner) -> ConversationAnswer:
        return ConversationAnswer.of(await self._history.change(person, conversation_id, body))

    async def delete(self, conversation_id: str, person: Owner) -> None:
        """It can be brought back for a while, by default for 30 days."""
        await self._history.delete(person, conversation_id)

    async def delete_all(self, body: DeletionOfAll, person: Owner) -> None:
        """Each of them can be brought back for a while."""
        await self._history.delete_all(person, body)

    async def restore(self, conversation_id: str, person: Owner) -> ConversationAnswer:
        """Brings back a deleted conversation."""
        return ConversationAnswer.of(await self._history.restore(person, conversation_id))
