"""Which keys work, and how many of them count against the limit."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists

from portal.models import IssuedKey, Purpose, Stage

KeyState = Literal["active", "rotating", "expired", "revoked", "blocked"]


def state_of(key: IssuedKey, at: datetime, *, is_blocked: bool) -> KeyState:
    """A key whose grace is over is rotating until it is certain that it no longer works."""
    if key.revoked_at:
        return "revoked"
    if key.expires_at and key.expires_at <= at:
        return "expired"
    if is_blocked:
        return "blocked"
    return "rotating" if key.ends_at else "active"


def working(key: Any, at: datetime) -> ColumnElement[bool]:
    """A key in its grace works until `repair` has ended it; a reserved one is as good as made."""
    return and_(col(key.revoked_at).is_(None), or_(col(key.expires_at).is_(None), col(key.expires_at) > at))


def listed() -> ColumnElement[bool]:
    """Made for people to use, and certain to exist."""
    return and_(col(IssuedKey.purpose) == Purpose.API, col(IssuedKey.stage) == Stage.CONFIRMED)


def counted(at: datetime) -> ColumnElement[bool]:
    """Rotation leaves two keys for a while; the old one does not count as long as the new one does."""
    replacement = aliased(IssuedKey)
    replaced = exists().where(col(replacement.id) == col(IssuedKey.replaced_by), working(replacement, at))
    return and_(col(IssuedKey.purpose) == Purpose.API, working(IssuedKey, at), ~replaced)
