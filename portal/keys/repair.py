"""Cleans up after a process that died, or a LiteLLM that did not answer, between two steps.

- A reservation that nobody confirmed: the key is removed on both sides; the one that it was to replace stays.
- A rotated key whose time is over: LiteLLM ends it by itself where it could be told, this makes it certain.
- A key of the chat that is over, in the same way; our row goes when usage no longer needs its name.
"""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.models import IssuedKey, Kind, Person, Purpose, Stage

log = get_logger()

# Longer than any issue can take with the time-outs of the client.
ABANDONED_AFTER = timedelta(minutes=2)
BATCH = 100
# Usage reaches back 90 days.
CHAT_KEYS_KEPT = timedelta(days=92)


async def repair(database: Database, proxy: LitellmProxy, clock: Clock) -> int:
    """How many keys were put right; raises `ProxyUnavailable` when it can't look."""
    await _forget_chat_keys(database, clock)
    return await _remove_abandoned(database, proxy, clock) + await _end_rotated(database, proxy, clock)


async def _remove_abandoned(database: Database, proxy: LitellmProxy, clock: Clock) -> int:
    abandoned = (
        select(IssuedKey)
        .where(IssuedKey.stage == Stage.RESERVED, IssuedKey.created_at < clock() - ABANDONED_AFTER)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    async with database.transaction() as session:
        rows = (await session.exec(abandoned)).all()
        for row in rows:
            await proxy.delete_key(str(row.id))
            await forget(session, row)
            log.warning("keys.abandoned_reservation_removed", key_id=str(row.id))
    return len(rows)


async def _end_rotated(database: Database, proxy: LitellmProxy, clock: Clock) -> int:
    over = (
        select(IssuedKey)
        .where(col(IssuedKey.ends_at) <= clock(), col(IssuedKey.revoked_at).is_(None))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    async with database.transaction() as session:
        rows = (await session.exec(over)).all()
        for row in rows:
            await proxy.delete_key(str(row.id))
            row.revoked_at = row.ends_at
            log.info("keys.rotated_key_ended", key_id=str(row.id))
    return len(rows)


async def _forget_chat_keys(database: Database, clock: Clock) -> None:
    old = (col(IssuedKey.purpose) == Purpose.CHAT, col(IssuedKey.revoked_at) < clock() - CHAT_KEYS_KEPT)
    async with database.transaction() as session:
        await session.exec(delete(IssuedKey).where(*old))


async def forget(session: AsyncSession, reserved: IssuedKey) -> None:
    """Removes a reservation, and the person who was made together with it; what it was to replace stays."""
    await session.exec(update(IssuedKey).where(col(IssuedKey.replaced_by) == reserved.id).values(replaced_by=None))
    await session.exec(
        delete(IssuedKey).where(col(IssuedKey.id) == reserved.id, col(IssuedKey.stage) == Stage.RESERVED)
    )
    await session.exec(
        delete(Person).where(
            col(Person.id) == reserved.person_id,
            col(Person.kind) == Kind.PERMISSIONLESS,
            col(Person.created_at) == reserved.created_at,
            ~exists().where(col(IssuedKey.person_id) == reserved.person_id),
        )
    )
