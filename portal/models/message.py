"""One message of a conversation, a node of its tree.

A question (`user`) follows an answer or nothing; answers (`assistant`) follow a question, one or more in each lane.
Sibling questions are the versions of an edited one, siblings in one lane are the versions of an answer.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from portal.models.text_enum import text_enum


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class MessageState(StrEnum):
    """`interrupted`: the process that wrote it ended; `failed`: the model could not answer, see `error_code`."""

    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Message(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    conversation_id: UUID = Field(foreign_key="conversation.id", index=True, ondelete="CASCADE")
    parent_id: UUID | None = Field(default=None, foreign_key="message.id", index=True, ondelete="CASCADE")
    turn_id: UUID | None = Field(default=None, index=True, description="the turn that writes or wrote an answer")
    role: Role = Field(sa_type=text_enum(Role))
    lane: int = 0
    model: str | None = None
    content: str = ""
    reasoning: str = ""
    state: MessageState = Field(default=MessageState.COMPLETE, sa_type=text_enum(MessageState))
    error_code: str | None = None
    finish_reason: str | None = None
    facts: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="figures of an answer, see `conversations.answers.Facts`"
    )
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
