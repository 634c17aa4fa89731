"""A named place for conversations. Deleting one leaves its conversations, in no folder."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


class Folder(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    name: str
    position: int = Field(default=0, description="its place in the list, from 0")
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
