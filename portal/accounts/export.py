"""Everything that we hold about a person, for them to take away."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlmodel import SQLModel, col, select

from portal.core.clock import Clock
from portal.core.database import Database
from portal.models import (
    Consent,
    Conversation,
    Event,
    Folder,
    IssuedKey,
    LimitOverride,
    Message,
    Person,
    Purpose,
    SavedPrompt,
)

# The hashes of secrets are not the person's data but our locks.
SECRET_FIELDS = {"password_hash", "token"}
CONVERSATIONS_AT_ONCE = 20


class Exports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, person: Person) -> AsyncIterator[bytes]:
        """JSON, in pieces: chats may be many megabytes, and the reader slow, so no transaction waits for them."""
        head = orjson.dumps(await self._head(person), default=float)
        ids = await self._conversations(person)
        return self._pieces(head, ids)

    async def _head(self, person: Person) -> dict[str, Any]:
        own: dict[str, list[dict[str, Any]]] = {}
        async with self._database.transaction() as session:
            for name, table, order in (
                ("consents", Consent, Consent.given_at),
                ("keys", IssuedKey, IssuedKey.created_at),
                ("limits", LimitOverride, LimitOverride.changed_at),
                ("events", Event, Event.at),
                ("folders", Folder, Folder.position),
                ("prompts", SavedPrompt, SavedPrompt.created_at),
            ):
                query = select(table).where(table.person_id == person.id).order_by(col(order))
                if table is IssuedKey:
                    query = query.where(IssuedKey.purpose == Purpose.API)
                own[name] = [_plain(row) for row in (await session.exec(query)).all()]
        return {"exported_at": _utc(self._clock()), "profile": _plain(person), **own}

    async def _conversations(self, person: Person) -> Sequence[UUID]:
        """Also those that were deleted and can still be brought back."""
        mine = select(Conversation.id).where(Conversation.person_id == person.id)
        async with self._database.transaction() as session:
            return (await session.exec(mine.order_by(col(Conversation.created_at), col(Conversation.id)))).all()

    async def _pieces(self, head: bytes, ids: Sequence[UUID]) -> AsyncIterator[bytes]:
        yield head.removesuffix(b"}") + b',"conversations":['
        separator = b""
        for start in range(0, len(ids), CONVERSATIONS_AT_ONCE):
            for conversation in await self._whole(ids[start : start + CONVERSATIONS_AT_ONCE]):
                yield separator + orjson.dumps(conversation)
                separator = b","
        yield b"]}"

    async def _whole(self, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        rows = select(Conversation).where(col(Conversation.id).in_(ids)).order_by(col(Conversation.created_at))
        said = select(Message).where(col(Message.conversation_id).in_(ids)).order_by(col(Message.created_at))
        async with self._database.transaction() as session:
            whole = {row.id: _plain(row) | {"messages": []} for row in await session.exec(rows)}
            for message in await session.exec(said):
                whole[message.conversation_id]["messages"].append(_plain(message))
        return list(whole.values())


def _plain(row: SQLModel) -> dict[str, Any]:
    fields = row.model_dump(exclude=SECRET_FIELDS | {"person_id"}, mode="python")
    return {name: _utc(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
