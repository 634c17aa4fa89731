"""The tables of one schema, whatever they are, read and written with Postgres' own COPY."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# Their rows come from the migrations that are applied again.
HISTORIES = ("alembic_version", "_prisma_migrations")
PIECE_BYTES = 262_144
# What COPY writes is read again with the same settings, whatever those of the server are.
FIXED: LiteralString = (
    "SET client_encoding = 'UTF8'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; "
    "SET timezone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'"
)
Connection = psycopg.Connection[Any]


class Tables:
    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema
        connection.execute(FIXED)

    def names(self) -> list[str]:
        """Those with a reference to another come after it."""
        query = (
            "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' "
            "AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')"
        )
        names = {name for (name,) in self._all(query, [self._quoted]) if name not in HISTORIES}
        references = (
            "SELECT owner.relname, other.relname FROM pg_constraint "
            "JOIN pg_class owner ON owner.oid = conrelid JOIN pg_class other ON other.oid = confrelid "
            "WHERE contype = 'f' AND connamespace = to_regnamespace(%s) AND conrelid <> confrelid"
        )
        order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(names), ()))
        for owner, other in self._all(references, [self._quoted]):
            order.add(owner, other)
        return [name for name in order.static_order() if name in names]

    def columns(self, table: str) -> tuple[str, ...]:
        """Without those that Postgres works out by itself."""
        query = (
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
            "AND attgenerated = '' ORDER BY attnum"
        )
        return tuple(name for (name,) in self._all(query, [self._name(table).as_string(self._connection)]))

    def sequences(self) -> dict[str, int]:
        query = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL"
        return dict(self._all(query, [self._schema]))

    def set_sequences(self, values: dict[str, int]) -> None:
        for name, value in values.items():
            self._connection.execute("SELECT setval(%s, %s)", [self._name(name).as_string(self._connection), value])

    def copy_out(self, table: str, columns: Iterable[str], write: Callable[[bytes], object]) -> int:
        """How many rows it has."""
        with self._connection.cursor() as cursor:
            with cursor.copy(self._copy(table, columns, "TO STDOUT")) as copy:
                for piece in copy:
                    write(bytes(piece))
            return cursor.rowcount

    def copy_in(self, table: str, columns: Iterable[str], read: Callable[[int], bytes]) -> int:
        with self._connection.cursor() as cursor:
            with cursor.copy(self._copy(table, columns, "FROM STDIN")) as copy:
                while piece := read(PIECE_BYTES):
                    copy.write(piece)
            return cursor.rowcount

    def first_with_rows(self) -> str | None:
        for table in self.names():
            exists = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(self._name(table))
            if self._connection.execute(exists).fetchone() == (True,):
                return table
        return None

    @contextmanager
    def as_they_were(self) -> Iterator[None]:
        """For rows that are put back: without those that migrations have written, and without what triggers of the
        tables would add to them. References between rows are checked all the same.
        """
        names = self.names()
        for name in names:
            self._connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(self._name(name)))
        self._connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(self._name, names))))
        yield
        for name in names:
            self._connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(self._name(name)))

    def drop_everything(self) -> None:
        """But for extensions, and the schema itself, which may belong to somebody else."""
        for statement in [*self._drops()]:
            self._connection.execute(statement)

    def _drops(self) -> Iterator[sql.Composed]:
        kinds = {"v": "VIEW", "m": "MATERIALIZED VIEW", "r": "TABLE", "S": "SEQUENCE"}
        objects = (
            "SELECT relkind::text, relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) "
            "AND relkind = ANY(%s) AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')"
        )
        for kind, name in self._all(objects, [self._quoted, list(kinds)]):
            yield sql.SQL(f"DROP {kinds[kind]} IF EXISTS {{}} CASCADE").format(self._name(name))
        types = (
            "SELECT typname FROM pg_type WHERE typnamespace = to_regnamespace(%s) AND typtype IN ('e', 'd') "
            "AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')"
        )
        for (name,) in self._all(types, [self._quoted]):
            yield sql.SQL("DROP TYPE IF EXISTS {} CASCADE").format(self._name(name))
        routines = (
            "SELECT proname, pg_get_function_identity_arguments(oid) FROM pg_proc "
            "WHERE pronamespace = to_regnamespace(%s) AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')"
        )
        for name, arguments in self._all(routines, [self._quoted]):
            yield sql.SQL("DROP ROUTINE IF EXISTS {}({}) CASCADE").format(self._name(name), sql.SQL(arguments))

    @property
    def _quoted(self) -> str:
        return sql.Identifier(self._schema).as_string(self._connection)

    def _name(self, name: str) -> sql.Identifier:
        return sql.Identifier(self._schema, name)

    def _copy(self, table: str, columns: Iterable[str], where: LiteralString) -> sql.Composed:
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        return sql.SQL("COPY {} ({}) " + where).format(self._name(table), listed)

    def _all(self, query: LiteralString, values: list[Any]) -> list[Any]:
        return self._connection.execute(query, values).fetchall()
