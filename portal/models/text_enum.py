"""An enumeration kept as text, and read as what it is."""

from enum import StrEnum

from sqlalchemy import Enum


def text_enum(kind: type[StrEnum]) -> Enum:
    """Without a type of Postgres' own, which would need a migration for each new value."""
    return Enum(kind, native_enum=False, values_callable=lambda members: [member.value for member in members])
