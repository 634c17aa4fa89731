"""A place in the list of conversations, newest first: the one after which the next page begins."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col

from portal.core.errors import BadInput
from portal.models import Conversation

SEPARATOR = "_"


@dataclass(frozen=True)
class Cursor:
    updated_at: datetime
    id: UUID

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        return cls(conversation.updated_at, conversation.id)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises `BadInput`."""
        at, _, conversation_id = text.partition(SEPARATOR)
        try:
            updated_at = datetime.fromisoformat(at)
            return cls(updated_at if updated_at.tzinfo else updated_at.replace(tzinfo=UTC), UUID(conversation_id))
        except ValueError as error:
            wrong = "This is no place in the list. Please take it from the answer before, or leave it out."
            raise BadInput(wrong, fields={"before": wrong}) from error

    def __str__(self) -> str:
        at = self.updated_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{at}{SEPARATOR}{self.id}"

    @property
    def older(self) -> ColumnElement[bool]:
        return tuple_(col(Conversation.updated_at), col(Conversation.id)) < tuple_(self.updated_at, self.id)
