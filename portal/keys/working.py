"""Which keys work, and how many of them count against the limit, as conditions for the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists

from portal.models import IssuedKey


def working(key: Any, at: datetime) -> ColumnElement[bool]:
    """A key in its grace works until `repair` has ended it; a reserved one is as good as made."""
    return and_(col(key.revoked_at).is_(None), or_(col(key.expires_at).is_(None), col(key.expires_at) > at))


def counted(at: datetime) -> ColumnElement[bool]:
    """Rotation leaves two keys for a while; the old one does not count as long as the new one does."""
    replacement = aliased(IssuedKey)
    replaced = exists().where(col(replacement.id) == col(IssuedKey.replaced_by), working(replacement, at))
    return and_(working(IssuedKey, at), ~replaced)
