"""Accounts, events, rotation and limits for one person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for column in (
        sa.Column("is_email_verified", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_operator", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("person", column)
    op.create_unique_constraint("uq_person_subject", "person", ["subject"])
    op.create_index(
        "uq_person_local_email",
        "person",
        [sa.text("lower(email)")],
        unique=True,
        postgresql_where=sa.text("kind = 'local'"),
    )
    op.add_column("consent", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issued_key", sa.Column("replaced_by", sa.Uuid(), nullable=True))
    op.add_column("issued_key", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_issued_key_created_at", "issued_key", ["created_at"])
    op.create_index("ix_issued_key_token", "issued_key", ["token"])
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("network", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
    )
    op.create_index("ix_event_person_id", "event", ["person_id"])
    op.create_index("ix_event_at", "event", ["at"])
    op.create_table(
        "limit_override",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("active_keys", sa.Integer(), nullable=True),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("tokens_per_minute", sa.Integer(), nullable=True),
        sa.Column("parallel_requests", sa.Integer(), nullable=True),
        sa.Column("budget_usd", sa.Numeric(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("limit_override")
    op.drop_table("event")
    op.drop_index("ix_issued_key_token")
    op.drop_index("ix_issued_key_created_at")
    op.drop_column("issued_key", "ends_at")
    op.drop_column("issued_key", "replaced_by")
    op.drop_column("consent", "withdrawn_at")
    op.drop_index("uq_person_local_email")
    op.drop_constraint("uq_person_subject", "person")
    for name in ("is_email_verified", "name", "subject", "password_hash", "is_operator", "blocked_at"):
        op.drop_column("person", name)
