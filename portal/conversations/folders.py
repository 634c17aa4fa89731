"""Folders for conversations, in an order of the person's choice."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.conversations.own import lock_person, own_folder
from portal.conversations.text import Name
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.models import Folder, Person


class FolderNameTaken(Conflict):
    code = "folder_name_taken"
    title = "There is such a folder"

    def __init__(self) -> None:
        super().__init__("You have a folder of this name already. Please choose another name.")


class TooManyFolders(Conflict):
    code = "too_many_folders"
    title = "Too many folders"

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} folders, and more are not possible. Please delete one first.")


class NewFolder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name


class FolderChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    position: int = Field(0, ge=0, le=1_000_000, description="its place in the list, from 0; the others make room")


class FolderAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    position: int
    created_at: datetime


class Folders:
    """Changes of one person wait for each other, so that names stay different and positions gapless."""

    def __init__(self, database: Database, clock: Clock, most: int) -> None:
        self._database = database
        self._clock = clock
        self._most = most

    async def of(self, person: Person) -> Sequence[Folder]:
        async with self._database.transaction() as session:
            return await _all(session, person)

    async def create(self, person: Person, wanted: NewFolder) -> Folder:
        async with self._database.transaction() as session:
            await lock_person(session, person)
            others = await _all(session, person)
            if len(others) >= self._most:
                raise TooManyFolders(self._most)
            _refuse_taken(wanted.name, others)
            folder = Folder(person_id=person.id, name=wanted.name, position=len(others), created_at=self._clock())
            session.add(folder)
        return folder

    async def change(self, person: Person, folder_id: str, wanted: FolderChange) -> Folder:
        async with self._database.transaction() as session:
            await lock_person(session, person)
            folder = await own_folder(session, person.id, folder_id)
            others = [one for one in await _all(session, person) if one.id != folder.id]
            if "name" in wanted.model_fields_set:
                _refuse_taken(wanted.name, others)
                folder.name = wanted.name
            if "position" in wanted.model_fields_set:
                others.insert(wanted.position, folder)
                _number(others)
        return folder

    async def delete(self, person: Person, folder_id: str) -> None:
        """Its conversations stay, in no folder."""
        async with self._database.transaction() as session:
            await lock_person(session, person)
            folder = await own_folder(session, person.id, folder_id)
            await session.delete(folder)
            _number([one for one in await _all(session, person) if one.id != folder.id])


async def _all(session: AsyncSession, person: Person) -> list[Folder]:
    mine = select(Folder).where(Folder.person_id == person.id)
    in_order = mine.order_by(col(Folder.position), col(Folder.created_at), col(Folder.id))
    return list((await session.exec(in_order)).all())


def _refuse_taken(name: str, others: Sequence[Folder]) -> None:
    if any(one.name.casefold() == name.casefold() for one in others):
        raise FolderNameTaken


def _number(folders: Sequence[Folder]) -> None:
    for position, folder in enumerate(folders):
        if folder.position != position:
            folder.position = position
