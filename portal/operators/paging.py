"""Long lists, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BeforeValidator
from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from portal.models import Action

SIZE = 25
# As far as Postgres can skip.
MAX_PAGE = 1_000_000

Row = TypeVar("Row")
Other = TypeVar("Other")

PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE)]
# A form sends the choice "all" as an empty text.
ActionFilter = Annotated[Action | None, BeforeValidator(lambda text: text or None), Query()]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`number` counts from 1; `total` is how many there are on all pages."""

    rows: Sequence[Row]
    number: int
    total: int

    @property
    def count(self) -> int:
        return max(1, -(-self.total // SIZE))

    def of(self, rows: Sequence[Other]) -> "Page[Other]":
        """The same page with other things in its rows."""
        return Page(rows, self.number, self.total)


async def page_of(session: AsyncSession, statement: SelectOfScalar[Row], number: int) -> Page[Row]:
    """`statement` is ordered; a page after the last one is empty."""
    total = (await session.exec(select(func.count()).select_from(statement.order_by(None).subquery()))).one()
    rows = (await session.exec(statement.limit(SIZE).offset((number - 1) * SIZE))).all()
    return Page(rows, number, total)


def cut(rows: Sequence[Row], number: int) -> Page[Row]:
    start = (number - 1) * SIZE
    return Page(rows[start : start + SIZE], number, len(rows))
