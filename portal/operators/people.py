"""People as operators find them: lists, and the search over people and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from portal.core.clock import Clock
from portal.core.crypto import digest
from portal.core.database import Database
from portal.core.text import ONE_LINE
from portal.keys.working import listed
from portal.models import IssuedKey, Kind, Person
from portal.operators.keys import KeyRow, key_rows
from portal.operators.paging import MAX_PAGE, Page, page_of

MAX_QUESTION_LENGTH = 200
# Every secret that LiteLLM takes begins so, also those that this portal did not make.
SECRET_PREFIX = "sk-"  # noqa: S105 - how secrets begin
SHORTEST_SECRET = 20


class Search(BaseModel):
    """Sent in a body, never in a URL: a question can be somebody's address or a whole key."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    q: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION_LENGTH), ONE_LINE] = Field(
        description="e-mail, name or id; a key's name, its last characters, its id, or the whole key"
    )
    page: int = Field(1, ge=1, le=MAX_PAGE)

    @property
    def is_secret(self) -> bool:
        return self.q.startswith(SECRET_PREFIX) and len(self.q) >= SHORTEST_SECRET and "…" not in self.q


@dataclass(frozen=True)
class Found:
    people: Page[Person]
    keys: Page[KeyRow]


class PeopleState(StrEnum):
    ALL = "all"
    BLOCKED = "blocked"
    OPERATORS = "operators"


class PeopleLists:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, kind: Kind | None, state: PeopleState, number: int) -> Page[Person]:
        statement = select(Person).order_by(col(Person.created_at).desc(), col(Person.id))
        if kind:
            statement = statement.where(Person.kind == kind)
        if state is PeopleState.BLOCKED:
            statement = statement.where(col(Person.blocked_at).is_not(None))
        if state is PeopleState.OPERATORS:
            statement = statement.where(col(Person.is_operator))
        async with self._database.transaction() as session:
            return await page_of(session, statement, number)

    async def search(self, search: Search) -> Found:
        """A whole key is compared by its hash alone, and finds nothing else."""
        now = self._clock()
        people = select(Person).where(_matches_person(search)).order_by(col(Person.created_at).desc(), col(Person.id))
        keys = (
            select(IssuedKey)
            .where(listed(), _matches_key(search))
            .order_by(col(IssuedKey.created_at).desc(), col(IssuedKey.id))
        )
        async with self._database.transaction() as session:
            found_people = await page_of(session, people, search.page)
            found_keys = await page_of(session, keys, search.page)
            rows: Sequence[KeyRow] = await key_rows(session, found_keys.rows, now)
        return Found(found_people, found_keys.of(rows))


def _matches_person(search: Search) -> ColumnElement[bool]:
    if search.is_secret:
        return col(Person.id).is_(None)
    texts = [col(one).icontains(search.q, autoescape=True) for one in (Person.email, Person.name)]
    exact = [col(Person.subject) == search.q, *_same_id(col(Person.id), search.q)]
    return or_(*texts, *exact)


def _matches_key(search: Search) -> ColumnElement[bool]:
    if search.is_secret:
        return col(IssuedKey.token) == digest(search.q)
    texts = [col(one).icontains(search.q, autoescape=True) for one in (IssuedKey.name, IssuedKey.preview)]
    exact = [col(IssuedKey.token) == search.q, *_same_id(col(IssuedKey.id), search.q)]
    return or_(*texts, *exact)


def _same_id(column: Mapped[UUID], text: str) -> list[ColumnElement[bool]]:
    try:
        return [column == UUID(text)]
    except ValueError:
        return []
