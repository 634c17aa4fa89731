"""All of the conversations' JSON, put together once."""

from fastapi import APIRouter

from portal.conversations.conversation_routes import ConversationRoutes
from portal.conversations.folder_routes import FolderRoutes
from portal.conversations.folders import Folders
from portal.conversations.history import History
from portal.conversations.prompt_routes import PromptRoutes
from portal.conversations.prompts import Prompts
from portal.conversations.search import Searches
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.settings import Settings


class ConversationsApi:
    def __init__(self, settings: Settings, *, database: Database, clock: Clock) -> None:
        self._conversations = ConversationRoutes(
            History(database, clock, settings.chat_undo_period), Searches(database)
        )
        self._folders = FolderRoutes(Folders(database, clock, settings.chat_folders))
        self._prompts = PromptRoutes(Prompts(database, clock, settings.chat_prompts))

    def router(self) -> APIRouter:
        router = APIRouter()
        for routes in (self._conversations, self._folders, self._prompts):
            router.include_router(routes.router())
        return router
