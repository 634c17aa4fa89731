"""Somebody who holds keys. A person without an account is known by a session alone."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from portal.models.text_enum import text_enum


class Kind(StrEnum):
    """How we know a person; decided by the way they came in, never by what they send."""

    PERMISSIONLESS = "permissionless"
    AUTH0 = "auth0"
    LOCAL = "local"

    @property
    def has_account(self) -> bool:
        return self is not Kind.PERMISSIONLESS


class Person(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: Kind = Field(sa_type=text_enum(Kind))
    email: str | None = None
    is_email_verified: bool = False
    name: str | None = None
    subject: str | None = Field(default=None, unique=True, description="the `sub` of Auth0")
    password_hash: str | None = None
    is_operator: bool = False
    blocked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
