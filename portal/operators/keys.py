"""Keys of everybody, from our own table: the lists that go on without LiteLLM."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.core.errors import NotFound
from portal.keys.working import KeyState, listed, state_of
from portal.models import IssuedKey, Person


class KeyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such key.")


@dataclass(frozen=True)
class KeyRow:
    """A key in a list of operators. `is_blocked`: this key alone, whatever its person is."""

    id: UUID
    name: str
    preview: str
    team: str
    state: KeyState
    is_blocked: bool
    created_at: datetime
    expires_at: datetime | None
    person_id: UUID
    person: str
    token: str


def person_label(person: Person) -> str:
    """What operators call somebody: the best that we know."""
    return person.name or person.email or f"{'Member' if person.kind.has_account else 'Visitor'} {str(person.id)[:8]}"


def is_blocked() -> ColumnElement[bool]:
    """As it shall be: the key alone, or its person with everything."""
    blocked_people = select(Person.id).where(col(Person.blocked_at).is_not(None))
    return or_(col(IssuedKey.blocked_at).is_not(None), col(IssuedKey.person_id).in_(blocked_people))


async def shown_key(session: AsyncSession, key_id: UUID, *, lock: bool = False) -> IssuedKey:
    """Raises `KeyNotFound`; also for a key of the chat, which is stopped by stopping its person."""
    query = select(IssuedKey).where(IssuedKey.id == key_id, listed())
    key = (await session.exec(query.with_for_update() if lock else query)).first()
    if key is None:
        raise KeyNotFound
    return key


async def key_rows(session: AsyncSession, keys: Sequence[IssuedKey], now: datetime) -> list[KeyRow]:
    """`keys` with the names of their people, in the same order."""
    owners = select(Person).where(col(Person.id).in_({key.person_id for key in keys}))
    people = {person.id: person for person in (await session.exec(owners)).all()}
    return [
        KeyRow(
            id=key.id,
            name=key.name or "Unnamed key",
            preview=key.preview,
            team=key.team,
            state=state_of(key, now, is_blocked=bool(key.blocked_at or people[key.person_id].blocked_at)),
            is_blocked=key.blocked_at is not None,
            created_at=key.created_at,
            expires_at=key.expires_at,
            person_id=key.person_id,
            person=person_label(people[key.person_id]),
            token=key.token,
        )
        for key in keys
    ]
