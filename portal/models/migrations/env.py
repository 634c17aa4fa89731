"""Alembic's entry: runs on the connection it is given."""

from alembic import context
from sqlmodel import SQLModel

import portal.models

assert portal.models.Person.metadata is SQLModel.metadata  # noqa: S101 - importing the tables fills the metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
