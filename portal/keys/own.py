"""A person's own key. Somebody else's is as unknown as one that never was."""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.core.errors import NotFound
from portal.keys.working import listed
from portal.models import IssuedKey


class KeyNotFound(NotFound):
    code = "key_not_found"

    def __init__(self) -> None:
        super().__init__("You have no such key.")


async def own_key(session: AsyncSession, person_id: UUID, key_id: str, *, lock: bool = False) -> IssuedKey:
    try:
        wanted = UUID(key_id)
    except ValueError as error:
        raise KeyNotFound from error
    query = select(IssuedKey).where(IssuedKey.id == wanted, IssuedKey.person_id == person_id, listed())
    key = (await session.exec(query.with_for_update() if lock else query)).first()
    if key is None:
        raise KeyNotFound
    return key
