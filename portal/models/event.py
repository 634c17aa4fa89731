"""What happened to a person's account and keys, for that person to read. Never a secret in `details`."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from portal.models.text_enum import text_enum


class Action(StrEnum):
    """`feature.past_tense`, as in the logs."""

    REGISTERED = "accounts.registered"
    SIGNED_IN = "accounts.signed_in"
    SIGNED_OUT = "accounts.signed_out"
    SIGNED_OUT_EVERYWHERE = "accounts.signed_out_everywhere"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 - an event's name
    PROFILE_CHANGED = "accounts.profile_changed"
    CONSENT_GIVEN = "accounts.consent_given"
    CONSENT_WITHDRAWN = "accounts.consent_withdrawn"
    BLOCKED = "accounts.blocked"
    UNBLOCKED = "accounts.unblocked"
    OPERATOR_GRANTED = "accounts.operator_granted"
    OPERATOR_REVOKED = "accounts.operator_revoked"
    LIMITS_CHANGED = "accounts.limits_changed"
    KEY_ISSUED = "keys.issued"
    KEY_RENAMED = "keys.renamed"
    KEY_ROTATED = "keys.rotated"
    KEY_REVOKED = "keys.revoked"
    KEY_BLOCKED = "keys.blocked"
    KEY_UNBLOCKED = "keys.unblocked"


class Event(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    action: Action = Field(sa_type=text_enum(Action))
    at: datetime = Field(sa_type=DateTime(timezone=True), index=True)
    network: str | None = Field(default=None, description="coarse place: IPv4 /24 or IPv6 /48; none for our own work")
    actor_id: UUID | None = Field(default=None, description="the operator, where it was not the person")
    details: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
