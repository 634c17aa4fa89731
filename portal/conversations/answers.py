"""Conversations and messages as the JSON API, the chat's socket and the page give them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from portal.models import Conversation, Message, MessageState, Role

MOST_TOKENS = 1_000_000


class Parameters(BaseModel):
    """How a model is asked; what is `None` is left to the model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(gt=0, le=MOST_TOKENS)] | None = None


class Facts(BaseModel):
    """Figures of an answer. Seconds are counted from the moment the portal had the question.

    `dropped`: messages at the beginning of the conversation that were left out because the model's context is full.
    """

    model_config = ConfigDict(frozen=True)

    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    first_token_seconds: float | None = None
    seconds: float | None = None
    tokens_per_second: float | None = None
    dropped: int = 0


class MessageAnswer(BaseModel):
    id: UUID
    parent: UUID | None
    turn: UUID | None
    role: Role
    lane: int
    model: str | None
    content: str
    reasoning: str
    state: MessageState
    error_code: str | None
    finish_reason: str | None
    facts: Facts
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(
            parent=message.parent_id,
            turn=message.turn_id,
            facts=Facts.model_validate(message.facts),
            **message.model_dump(exclude={"parent_id", "turn_id", "conversation_id", "facts"}),
        )


class ConversationAnswer(BaseModel):
    """`leaf`: the message at the end of the branch that was looked at last."""

    id: UUID
    folder: UUID | None
    title: str
    models: list[str]
    system_prompt: str
    parameters: Parameters
    leaf: UUID | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        return cls(
            folder=conversation.folder_id,
            leaf=conversation.leaf_id,
            parameters=Parameters.model_validate(conversation.parameters),
            **conversation.model_dump(
                include={"id", "title", "models", "system_prompt", "created_at", "updated_at"},
            ),
        )


class WholeConversation(ConversationAnswer):
    """With its messages, the whole tree, oldest first. Answers that are being written have `state: running` and their
    `turn`; `resume` on the socket brings their text.
    """

    messages: list[MessageAnswer]
