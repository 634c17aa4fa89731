"""Limits that an operator set for one person; what is `None` follows the policy of the person's kind."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


class LimitOverride(SQLModel, table=True):
    __tablename__ = "limit_override"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    active_keys: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    parallel_requests: int | None = None
    budget_usd: Decimal | None = None
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
