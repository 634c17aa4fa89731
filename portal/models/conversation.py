"""A conversation: what it is called, where it lies and how its models are asked. Its messages are a tree."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Conversation(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    folder_id: UUID | None = Field(default=None, foreign_key="folder.id", index=True, ondelete="SET NULL")
    title: str = ""
    is_title_own: bool = Field(default=False, description="given by the person, so no model changes it")
    models: list[str] = Field(default_factory=list, sa_type=JSONB, description="of the lanes, in their order")
    system_prompt: str = ""
    parameters: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="`temperature`, `top_p`, `max_tokens`; absent: the model's own"
    )
    leaf_id: UUID | None = Field(default=None, description="the last message of the branch that was looked at last")
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(sa_type=DateTime(timezone=True), description="of its last message")
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
