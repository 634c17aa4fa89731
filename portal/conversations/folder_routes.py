"""Folders over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from portal.accounts.auth_routes import no_store
from portal.accounts.people import Owner
from portal.conversations.folders import FolderAnswer, FolderChange, Folders, NewFolder


class FoldersAnswer(BaseModel):
    folders: Sequence[FolderAnswer]


class FolderRoutes:
    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/api/folders", tags=["chat"], dependencies=[Depends(no_store)])
        add = router.add_api_route
        add("", self.all, methods=["GET"])
        add("", self.create, methods=["POST"], status_code=HTTPStatus.CREATED)
        add("/{folder_id}", self.change, methods=["PATCH"])
        add("/{folder_id}", self.delete, methods=["DELETE"], status_code=HTTPStatus.NO_CONTENT)
        return router

    async def all(self, person: Owner) -> FoldersAnswer:
        """Your folders for conversations, in their order."""
        return FoldersAnswer(folders=[FolderAnswer.model_validate(one) for one in await self._folders.of(person)])

    async def create(self, body: NewFolder, person: Owner) -> FolderAnswer:
        """A new folder at the end of the list; its name must be new, whatever its case."""
        return FolderAnswer.model_validate(await self._folders.create(person, body))

    async def change(self, folder_id: str, body: FolderChange, person: Owner) -> FolderAnswer:
        """Another name or place in the list; what is left out stays."""
        return FolderAnswer.model_validate(await self._folders.change(person, folder_id, body))

    async def delete(self, folder_id: str, person: Owner) -> None:
        """Deletes a folder. Its conversations stay, in no folder."""
        await self._folders.delete(person, folder_id)
