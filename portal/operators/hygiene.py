"""Lists of keys that deserve a look.

Some are in our table; use and limits are known to LiteLLM alone, which can't sort by them, so all keys are read once
and kept for a minute.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from portal.clients.litellm_keys import GatewayKey, LitellmKeys
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.working import listed, working
from portal.models import IssuedKey
from portal.operators.keys import KeyRow, is_blocked, key_rows
from portal.operators.paging import Page, cut, page_of

KEPT_FOR = timedelta(minutes=1)


class KeyList(StrEnum):
    ALL = "all"
    NEVER_EXPIRES = "never-expires"
    WITHOUT_LIMITS = "without-limits"
    UNUSED_30 = "unused-30"
    UNUSED_90 = "unused-90"
    BLOCKED = "blocked"
    EXPIRED = "expired"


UNUSED = {KeyList.UNUSED_30: timedelta(days=30), KeyList.UNUSED_90: timedelta(days=90)}
FROM_GATEWAY = {KeyList.WITHOUT_LIMITS, *UNUSED}


@dataclass(frozen=True)
class ListedKey:
    """`key` is `None` for a key that LiteLLM has and we did not make; then `name` and `hint` are LiteLLM's."""

    key: KeyRow | None
    name: str
    hint: str
    last_used_at: datetime | None = None


class Hygiene:
    def __init__(self, database: Database, keys: LitellmKeys, clock: Clock) -> None:
        self._database = database
        self._gateway_keys = keys
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: tuple[datetime, Sequence[GatewayKey]] | None = None

    async def page(self, which: KeyList, number: int) -> Page[ListedKey]:
        """Raises `ProxyUnavailable` for the lists that only LiteLLM can give."""
        if which in FROM_GATEWAY:
            return await self._gateway_page(which, number)
        now = self._clock()
        statement = select(IssuedKey).where(listed(), *_conditions(which, now))
        statement = statement.order_by(col(IssuedKey.created_at).desc(), col(IssuedKey.id))
        async with self._database.transaction() as session:
            page = await page_of(session, statement, number)
            rows = await key_rows(session, page.rows, now)
        return page.of([ListedKey(row, row.name, row.preview) for row in rows])

    async def counts(self) -> Mapping[KeyList, int | None]:
        """`None` where LiteLLM would have to be asked and does not answer."""
        now = self._clock()
        async with self._database.transaction() as session:
            ours = {
                which: (await session.exec(select(func.count()).where(listed(), *_conditions(which, now)))).one()
                for which in KeyList
                if which not in FROM_GATEWAY
            }
        try:
            gateway = {which: len(await self._gateway_list(which)) for which in KeyList if which in FROM_GATEWAY}
        except ProxyUnavailable:
            gateway = {}
        return {which: ours.get(which, gateway.get(which)) for which in KeyList}

    async def _gateway_page(self, which: KeyList, number: int) -> Page[ListedKey]:
        page = cut(await self._gateway_list(which), number)
        now = self._clock()
        async with self._database.transaction() as session:
            tokens = {key.token for key in page.rows}
            ours = (await session.exec(select(IssuedKey).where(col(IssuedKey.token).in_(tokens)))).all()
            rows = {row.token: row for row in await key_rows(session, ours, now)}
        return page.of([_listed(key, rows.get(key.token)) for key in page.rows])

    async def _gateway_list(self, which: KeyList) -> Sequence[GatewayKey]:
        found = [key for key in await self._valid_keys() if self._belongs(key, which)]
        # What nobody of ours has can't be looked after here, but a key without any limit must be known.
        return await self._ours(found) if which in UNUSED else found

    async def _ours(self, keys: Sequence[GatewayKey]) -> list[GatewayKey]:
        valid = select(IssuedKey.token).where(listed(), working(IssuedKey, self._clock()))
        async with self._database.transaction() as session:
            tokens = set((await session.exec(valid)).all())
        return [key for key in keys if key.token in tokens]

    def _belongs(self, key: GatewayKey, which: KeyList) -> bool:
        if which is KeyList.WITHOUT_LIMITS:
            return not key.is_limited
        since = key.last_active or key.created_at
        return since is not None and since < self._clock() - UNUSED[which]

    async def _valid_keys(self) -> Sequence[GatewayKey]:
        async with self._lock:
            if self._kept is None or self._kept[0] < self._clock() - KEPT_FOR:
                self._kept = (self._clock(), await self._gateway_keys.valid())
            return self._kept[1]


def _conditions(which: KeyList, now: datetime) -> Sequence[ColumnElement[bool]]:
    match which:
        case KeyList.NEVER_EXPIRES:
            return working(IssuedKey, now), col(IssuedKey.expires_at).is_(None)
        case KeyList.BLOCKED:
            return working(IssuedKey, now), is_blocked()
        case KeyList.EXPIRED:
            return col(IssuedKey.revoked_at).is_(None), col(IssuedKey.expires_at) <= now
        case _:
            return ()


def _listed(key: GatewayKey, row: KeyRow | None) -> ListedKey:
    if row:
        return ListedKey(row, row.name, row.preview, key.last_active)
    return ListedKey(None, key.alias or "Not made by this portal", key.hint or "", key.last_active)
