"""Conversations, written straight into the database: no model has to answer for a list."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from people import SomePerson
from psycopg.types.json import Jsonb

from portal.models import Kind, Person

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Written:
    id: UUID
    messages: list[UUID] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}"


@pytest.fixture
def written(portal_database: psycopg.Connection) -> Callable[..., Written]:
    """`written(alice, "Question", "Answer", title="Tea", minutes=5)`: a conversation with its messages in turn."""

    def write(person: SomePerson, *texts: str, minutes: int = 0, **fields: object) -> Written:
        at = START + timedelta(minutes=minutes)
        row = {
            "id": uuid4(),
            "person_id": person.person.id,
            "title": "Untitled",
            "is_title_own": False,
            "models": Jsonb(["sample-chat"]),
            "system_prompt": "",
            "parameters": Jsonb({}),
            "created_at": at,
            "updated_at": at,
            **fields,
        }
        insert(portal_database, "conversation", row)
        conversation = Written(row["id"])
        for number, text in enumerate(texts):
            message = {
                "id": uuid4(),
                "conversation_id": conversation.id,
                "parent_id": conversation.messages[-1] if conversation.messages else None,
                "role": ("user", "assistant")[number % 2],
                "content": text,
                "reasoning": "",
                "state": "complete",
                "facts": Jsonb({}),
                "created_at": at + timedelta(seconds=number),
            }
            insert(portal_database, "message", message)
            conversation.messages.append(message["id"])
        return conversation

    return write


def insert(connection: psycopg.Connection, table: str, row: dict[str, object]) -> None:
    places = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)


@pytest.fixture
def visiting(visitor: httpx.Client) -> SomePerson:
    """Somebody who came to chat without an account, in a browser of their own."""
    account = visitor.post("/api/chat/visit", json={"accept_terms": True}).json()
    person = Person(id=account["id"], kind=Kind.PERMISSIONLESS, created_at=account["created_at"])
    return SomePerson(person, visitor, visitor.cookies["portal_session"])
