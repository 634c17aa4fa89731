"""People for tests, made in the database and signed in by a session of the portal's own making.

Alice owns, Bob is in her team, Charlie is a stranger without an account, Olga operates.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine
from sqlmodel import Session as DatabaseSession

from portal.accounts.cookie import NAME
from portal.accounts.session import Sessions
from portal.core import cache
from portal.core.clock import Clock, now
from portal.core.database import sqlalchemy_url
from portal.models import Kind, Person

if TYPE_CHECKING:
    from platform_run import Platform


@dataclass(frozen=True)
class SomePerson:
    """A person and the browser in which they are signed in."""

    person: Person
    client: httpx.Client
    token: str


def add_person(platform: "Platform", **fields: Any) -> Person:
    person = Person(**{"kind": Kind.LOCAL, "email": None, "created_at": now(), **fields})
    engine = create_engine(sqlalchemy_url(SecretStr(platform.database_url)), poolclass=NullPool)
    with DatabaseSession(engine, expire_on_commit=False) as session:
        session.add(person)
        session.commit()
    return person


def start_session(platform: "Platform", person: Person, clock: Clock = now) -> str:
    """The token for the cookie; `clock` for a sign-in that was not just now."""

    async def start() -> str:
        redis = cache.connect(SecretStr(platform.redis_url))
        try:
            sessions = Sessions(redis, clock, idle_ttl=timedelta(days=14), max_age=timedelta(days=90))
            return await sessions.start(person)
        finally:
            await redis.aclose()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, start()).result()


def sign_in(platform: "Platform", client: httpx.Client, person: Person, clock: Clock = now) -> SomePerson:
    token = start_session(platform, person, clock)
    client.cookies.set(NAME, token, domain=client.base_url.host)
    return SomePerson(person, client, token)
