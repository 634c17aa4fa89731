"""A key that we asked LiteLLM for: what it is called and whose it is. The secret is not here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from portal.models.text_enum import text_enum


class Stage(StrEnum):
    """`reserved`: LiteLLM may or may not know it yet; `confirmed`: it does, and the person has seen the secret."""

    RESERVED = "reserved"
    CONFIRMED = "confirmed"


class Purpose(StrEnum):
    """`chat`: the portal's own for this person's conversations; not counted, and listed nowhere but in usage."""

    API = "api"
    CHAT = "chat"


class IssuedKey(SQLModel, table=True):
    __tablename__ = "issued_key"

    id: UUID = Field(default_factory=uuid4, primary_key=True, description="also the key's alias in LiteLLM")
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    stage: Stage = Field(default=Stage.RESERVED, sa_type=text_enum(Stage))
    purpose: Purpose = Field(default=Purpose.API, sa_type=text_enum(Purpose))
    name: str
    description: str = ""
    preview: str
    token: str = Field(description="SHA-256 of the secret, LiteLLM's identifier of the key")
    team: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    replaced_by: UUID | None = Field(default=None, description="the key that rotation made in its place")
    ends_at: datetime | None = Field(
        default=None, sa_type=DateTime(timezone=True), description="end of the grace that rotation left it"
    )
    blocked_at: datetime | None = Field(
        default=None, sa_type=DateTime(timezone=True), description="an operator stopped this key alone"
    )
    is_blocked_in_gateway: bool = Field(default=False, description="what LiteLLM was last told of it")
