"""A text that somebody uses again and again, as a message or as a system prompt."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


class SavedPrompt(SQLModel, table=True):
    __tablename__ = "saved_prompt"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    name: str
    content: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
