"""Conversations, their folders and messages, saved prompts; keys that the chat uses."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

revision = "0004"
down_revision = "0003"

# A document of Postgres' full text search may have 1 MB; what comes after so many characters is not found. Signs are
# spaces, or Postgres would leave out HTML and see one word in `and/or`, `os.path.join` and addresses.
SIGNS = r"""!"#$%&''()*+,-./\:;<=>?@[\]^_`{|}~"""
SEARCHED = f"to_tsvector('simple', translate(left(content, 100000), '{SIGNS}', repeat(' ', 32)))"


def upgrade() -> None:
    op.add_column("issued_key", sa.Column("purpose", sa.String(7), nullable=False, server_default="api"))
    op.create_table("folder", *_own(), sa.Column("name", sa.String(), nullable=False), _number("position"), _at())
    op.create_table(
        "saved_prompt",
        *_own(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _at(),
    )
    op.create_table(
        "conversation",
        *_own(),
        sa.Column("folder_id", sa.Uuid(), sa.ForeignKey("folder.id", ondelete="SET NULL"), index=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("is_title_own", sa.Boolean(), nullable=False),
        sa.Column("models", JSONB(), nullable=False),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("leaf_id", sa.Uuid()),
        _at(),
        _at("updated_at"),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "ix_conversation_newest",
        "conversation",
        ["person_id", sa.text("updated_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_conversation_deleted", "conversation", ["deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.Uuid(),
            sa.ForeignKey("conversation.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("parent_id", sa.Uuid(), sa.ForeignKey("message.id", ondelete="CASCADE"), index=True),
        sa.Column("turn_id", sa.Uuid(), index=True),
        sa.Column("role", sa.String(9), nullable=False),
        _number("lane"),
        sa.Column("model", sa.String()),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reasoning", sa.Text(), nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("error_code", sa.String()),
        sa.Column("finish_reason", sa.String()),
        sa.Column("facts", JSONB(), nullable=False),
        _at(),
        sa.Column("search", TSVECTOR(), sa.Computed(SEARCHED, persisted=True)),
    )
    op.create_index("ix_message_running", "message", ["created_at"], postgresql_where=sa.text("state = 'running'"))


def downgrade() -> None:
    for table in ("message", "conversation", "saved_prompt", "folder"):
        op.drop_table(table)
    op.drop_column("issued_key", "purpose")


def _own() -> tuple[sa.Column[Any], ...]:
    person = sa.ForeignKey("person.id", ondelete="CASCADE")
    return sa.Column("id", sa.Uuid(), primary_key=True), sa.Column(
        "person_id", sa.Uuid(), person, nullable=False, index=True
    )


def _at(name: str = "created_at") -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")
