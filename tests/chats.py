"""Chats of a person, put into the database as if they had been held."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine
from sqlmodel import Session as DatabaseSession

from portal.core.clock import now
from portal.core.database import sqlalchemy_url
from portal.models import Conversation, Message, Person, Role

if TYPE_CHECKING:
    from platform_run import Platform


def add_rows(platform: "Platform", *rows: Any) -> None:
    engine = create_engine(sqlalchemy_url(SecretStr(platform.database_url)), poolclass=NullPool)
    with DatabaseSession(engine, expire_on_commit=False) as session:
        for row in rows:
            session.add(row)
            session.flush()
        session.commit()


def add_chat(
    platform: "Platform",
    person: Person,
    title: str,
    *,
    question: str = "Why?",
    answer: str = "Because.",
    age: timedelta = timedelta(0),
    **fields: Any,
) -> UUID:
    at: datetime = now() - age
    chat = Conversation(
        **{
            "person_id": person.id,
            "title": title,
            "models": ["sample-chat"],
            "created_at": at,
            "updated_at": at,
            **fields,
        }
    )
    asked = Message(conversation_id=chat.id, role=Role.USER, content=question, created_at=at)
    answered = Message(
        conversation_id=chat.id,
        parent_id=asked.id,
        role=Role.ASSISTANT,
        model="sample-chat",
        content=answer,
        created_at=at + timedelta(seconds=1),
    )
    chat.leaf_id = answered.id
    add_rows(platform, chat, asked, answered)
    return chat.id
