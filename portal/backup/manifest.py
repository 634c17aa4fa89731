"""What an archive says of itself, in `manifest.json`; the tables stand beside it as `<database>/<table>.copy`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

NAME = "manifest.json"
FORMAT = 1


class _Said(BaseModel):
    # A later version may say more without another number.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Table(_Said):
    """`sha256` is of its rows as Postgres' COPY writes them."""

    columns: tuple[str, ...]
    rows: int
    sha256: str


class Contents(_Said):
    """One database. `migrations` are those that were applied: for the portal's the last one alone."""

    migrations: tuple[str, ...]
    tables: dict[str, Table]
    sequences: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


class Manifest(_Said):
    format: int = FORMAT
    created_at: datetime
    portal_version: str
    litellm_version: str
    portal: Contents
    litellm: Contents

    def of(self, database: "Name") -> Contents:
        return self.portal if database == "portal" else self.litellm


Name = Literal["portal", "litellm"]
# In this order: a key that the portal lists and LiteLLM does not know is repaired; one that works and that nobody can
# revoke would stay.
NAMES: tuple[Name, ...] = ("litellm", "portal")


def member(database: Name, table: str) -> str:
    return f"{database}/{table}.copy"
