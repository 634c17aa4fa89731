"""Databases for tests that need some of their own."""

import itertools
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from portal.up.postgres_cluster import SUPERUSER, SUPERUSER_SECRET

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def new_database(platform) -> Iterator[Callable[[], str]]:
    """`new_database()`: the address of one that does not exist yet, on the platform's server."""
    address = urlsplit(platform.database_url)
    password = (platform.data_dir / "secrets" / SUPERUSER_SECRET).read_text().strip()
    server = address._replace(netloc=f"{SUPERUSER}:{password}@{address.hostname}:{address.port}")
    made = []

    def name_one() -> str:
        made.append(f"of_a_test_{next(NUMBERS)}")
        return server._replace(path=f"/{made[-1]}").geturl()

    yield name_one
    with psycopg.connect(server._replace(path="/postgres").geturl(), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
