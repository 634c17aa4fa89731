"""What a person agreed to, in which version, and when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from portal.models.text_enum import text_enum


class Document(StrEnum):
    TERMS = "terms"
    MARKETING = "marketing"


class Consent(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    document: Document = Field(sa_type=text_enum(Document))
    version: str
    given_at: datetime = Field(sa_type=DateTime(timezone=True))
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
