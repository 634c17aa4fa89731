"""Somebody who holds keys. A person without an account is known by a session alone."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Text
from sqlmodel import Field, SQLModel


class Kind(StrEnum):
    """How we know a person; decided by the way they came in, never by what they send."""

    PERMISSIONLESS = "permissionless"


class Person(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=Text)
    email: str | None = None
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
