"""Which of a person's keys are listed."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import col

from portal.core.text import ONE_LINE
from portal.keys.working import working
from portal.models import IssuedKey

# A blocked key is one of the active ones here: only LiteLLM knows which they are.
Listed = Literal["", "active", "rotating", "expired", "revoked"]


class Search(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    q: Annotated[str, ONE_LINE] = Field("", max_length=100, description="part of the name, description or preview")
    state: Listed = ""
    limit: int = Field(100, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)


def matching(search: Search, now: datetime) -> list[ColumnElement[bool]]:
    conditions = []
    if search.q:
        texts = (IssuedKey.name, IssuedKey.description, IssuedKey.preview)
        conditions.append(or_(*(col(text).icontains(search.q, autoescape=True) for text in texts)))
    if search.state:
        conditions.append(_in_state(search.state, now))
    return conditions


def _in_state(state: Listed, now: datetime) -> ColumnElement[bool]:
    works, is_revoked, is_ending = (
        working(IssuedKey, now),
        col(IssuedKey.revoked_at).is_not(None),
        col(IssuedKey.ends_at).is_not(None),
    )
    return {
        "active": and_(works, not_(is_ending)),
        "rotating": and_(works, is_ending),
        "revoked": is_revoked,
        "expired": and_(not_(works), not_(is_revoked)),
    }[state]
