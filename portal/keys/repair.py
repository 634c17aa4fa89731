"""Cleans up after a process that died between reserving a key and showing it."""

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.models import IssuedKey, Kind, Person, Stage

log = get_logger()

# Longer than any issue can take with the time-outs of the client.
ABANDONED_AFTER = timedelta(minutes=2)
BATCH = 100


async def repair_abandoned(database: Database, proxy: LitellmProxy, clock: Clock) -> int:
    """How many reservations were removed, here and in LiteLLM; raises `ProxyUnavailable` when it can't look."""
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


async def forget(session: AsyncSession, reserved: IssuedKey) -> None:
    """Removes a reservation, and the person when they came for nothing else."""
    await session.exec(
        delete(IssuedKey).where(col(IssuedKey.id) == reserved.id, col(IssuedKey.stage) == Stage.RESERVED)
    )
    await session.exec(
        delete(Person).where(
            col(Person.id) == reserved.person_id,
            col(Person.kind) == Kind.PERMISSIONLESS,
            ~exists().where(col(IssuedKey.person_id) == reserved.person_id),
        )
    )
