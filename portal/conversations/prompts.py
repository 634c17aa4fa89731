"""Texts that a person saved to use again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func
from sqlmodel import col, select

from portal.conversations.own import lock_person, own_prompt
from portal.conversations.text import Name, SomeText
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import Conflict
from portal.models import Person, SavedPrompt


class TooManyPrompts(Conflict):
    code = "too_many_prompts"
    title = "Too many prompts"

    def __init__(self, most: int) -> None:
        super().__init__(f"You have saved {most} prompts, and more are not possible. Please delete one first.")


class NewPrompt(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    content: SomeText


class PromptChange(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    content: SomeText = ""


class PromptAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    content: str
    created_at: datetime


class Prompts:
    def __init__(self, database: Database, clock: Clock, most: int) -> None:
        self._database = database
        self._clock = clock
        self._most = most

    async def of(self, person: Person) -> Sequence[SavedPrompt]:
        """By name."""
        mine = select(SavedPrompt).where(SavedPrompt.person_id == person.id)
        by_name = mine.order_by(func.lower(col(SavedPrompt.name)), col(SavedPrompt.created_at), col(SavedPrompt.id))
        async with self._database.transaction() as session:
            return (await session.exec(by_name)).all()

    async def create(self, person: Person, wanted: NewPrompt) -> SavedPrompt:
        number = select(func.count(col(SavedPrompt.id))).where(SavedPrompt.person_id == person.id)
        prompt = SavedPrompt(person_id=person.id, name=wanted.name, content=wanted.content, created_at=self._clock())
        async with self._database.transaction() as session:
            await lock_person(session, person)
            if (await session.exec(number)).one() >= self._most:
                raise TooManyPrompts(self._most)
            session.add(prompt)
        return prompt

    async def change(self, person: Person, prompt_id: str, wanted: PromptChange) -> SavedPrompt:
        async with self._database.transaction() as session:
            prompt = await own_prompt(session, person.id, prompt_id)
            prompt.sqlmodel_update(wanted.model_dump(exclude_unset=True))
        return prompt

    async def delete(self, person: Person, prompt_id: str) -> None:
        async with self._database.transaction() as session:
            await session.delete(await own_prompt(session, person.id, prompt_id))
