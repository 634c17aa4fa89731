"""What goes for good: chats that were deleted so long ago that nobody may bring them back, and chats of visitors whose
session is over, because nobody can come to them any more.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.errors import PortalError
from portal.core.logs import get_logger
from portal.models import Conversation, Kind, Person

log = get_logger()

BATCH = 100
SECONDS_BETWEEN = 600


class Sweep:
    """Each instance has one; they leave each other's conversations alone."""

    def __init__(self, database: Database, clock: Clock, *, undo_period: timedelta, session_max_age: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._undo_period = undo_period
        self._session_max_age = session_max_age

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN)
            try:
                await self.once()
            except (PortalError, SQLAlchemyError) as error:
                log.warning("conversations.sweep_postponed", reason=type(error).__name__)

    async def once(self) -> int:
        """How many conversations went."""
        count = await self._remove(self._deleted()) + await self._remove(self._left_behind())
        if count:
            log.info("conversations.swept", count=count)
        return count

    def _deleted(self) -> SelectOfScalar[UUID]:
        return select(Conversation.id).where(col(Conversation.deleted_at) <= self._clock() - self._undo_period)

    def _left_behind(self) -> SelectOfScalar[UUID]:
        """A visitor's first session is their only one."""
        gone = select(Person.id).where(
            Person.kind == Kind.PERMISSIONLESS, Person.created_at < self._clock() - self._session_max_age
        )
        return select(Conversation.id).where(col(Conversation.person_id).in_(gone))

    async def _remove(self, over: SelectOfScalar[UUID]) -> int:
        count = 0
        while True:
            async with self._database.transaction() as session:
                batch = over.limit(BATCH).with_for_update(skip_locked=True)
                ids = (await session.exec(batch)).all()
                await session.exec(delete(Conversation).where(col(Conversation.id).in_(ids)))
            count += len(ids)
            if len(ids) < BATCH:
                return count
