"""Keys that an operator stopped, and what the gateway was told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("issued_key", sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "issued_key", sa.Column("is_blocked_in_gateway", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_event_actor_id", "event", ["actor_id"], postgresql_where=sa.text("actor_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_event_actor_id")
    op.drop_column("issued_key", "is_blocked_in_gateway")
    op.drop_column("issued_key", "blocked_at")
