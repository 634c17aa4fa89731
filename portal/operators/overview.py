"""The platform at a glance: claims, people, keys, and who uses most."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Date, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from litellm_config.catalogue import Mistake
from litellm_config.publications import Instance
from portal.clients.gateway_instances import GatewayInstances
from portal.clients.gateway_status import GatewayState
from portal.clients.litellm_proxy import ProxyUnavailable
from portal.clients.litellm_spend import Counts, LitellmSpend, add_up
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.working import listed, working
from portal.models import IssuedKey, Kind, Person
from portal.operators.keys import is_blocked, person_label

DAYS = 30
TOP = 10
NOT_OURS = "Not a person of this portal"


@dataclass(frozen=True)
class TopPerson:
    """`id` is `None` for usage by keys that nobody of ours has."""

    id: UUID | None
    name: str
    counts: Counts


@dataclass(frozen=True)
class Tops:
    people: Sequence[TopPerson]
    models: Sequence[tuple[str, Counts]]


@dataclass(frozen=True)
class OperatorOverview:
    """`claims` has every day, oldest first, by kind of person; `tops` is `None` when LiteLLM does not answer, and
    `gateways` when Redis does not.
    """

    claims: Sequence[tuple[date, Mapping[Kind, int]]]
    people: Mapping[Kind, int]
    blocked_people: int
    active_keys: int
    tops: Tops | None
    parts: Mapping[str, str]
    gateways: Sequence[Instance] | None

    @property
    def refusals(self) -> Mapping[tuple[Mistake, ...], Sequence[str]]:
        """What is wrong with the catalogue, with the ids of the gateways that say so: mostly all or none."""
        refusals: dict[tuple[Mistake, ...], list[str]] = {}
        for gateway in self.gateways or ():
            if gateway.mistakes:
                refusals.setdefault(gateway.mistakes, []).append(gateway.id)
        return refusals


class Overviews:
    def __init__(
        self,
        database: Database,
        redis: Redis,
        spend: LitellmSpend,
        gateway_state: Callable[[], GatewayState],
        instances: GatewayInstances,
        clock: Clock,
    ) -> None:
        self._database = database
        self._redis = redis
        self._spend = spend
        self._gateway_state = gateway_state
        self._instances = instances
        self._clock = clock

    async def now(self) -> OperatorOverview:
        now = self._clock()
        first = now.date() - timedelta(days=DAYS - 1)
        async with self._database.transaction() as session:
            claims = await _claims(session, first)
            people = dict((await session.exec(select(Person.kind, func.count()).group_by(col(Person.kind)))).all())
            blocked = select(func.count()).select_from(Person).where(col(Person.blocked_at).is_not(None))
            valid = select(func.count()).select_from(IssuedKey).where(listed(), working(IssuedKey, now), ~is_blocked())
            blocked_people = (await session.exec(blocked)).one()
            active_keys = (await session.exec(valid)).one()
        every_day = [first + timedelta(days=number) for number in range(DAYS)]
        return OperatorOverview(
            claims=[(day, claims.get(day, {})) for day in every_day],
            people={kind: people.get(kind, 0) for kind in Kind},
            blocked_people=blocked_people,
            active_keys=active_keys,
            tops=await self._tops(first, now.date()),
            parts={"gateway": self._gateway_state(), "database": "ready", "redis": await self._redis_state()},
            gateways=await self._instances.now(),
        )

    async def _tops(self, first: date, last: date) -> Tops | None:
        try:
            keys, models = await asyncio.gather(self._spend.top_keys(first, last), self._spend.by_model(first, last))
        except ProxyUnavailable:
            return None
        names = await self._names({key.user for key in keys if key.user})
        by_user = add_up((key.user if key.user in names else None, key.counts) for key in keys)
        people = [
            TopPerson(UUID(user), names[user], counts) if user else TopPerson(None, NOT_OURS, counts)
            for user, counts in sorted(by_user.items(), key=_most)[:TOP]
        ]
        return Tops(people, sorted(models.items(), key=_most)[:TOP])

    async def _names(self, users: Iterable[str]) -> dict[str, str]:
        ids = [one for user in users if (one := _id(user))]
        async with self._database.transaction() as session:
            people = (await session.exec(select(Person).where(col(Person.id).in_(ids)))).all()
        return {str(person.id): person_label(person) for person in people}

    async def _redis_state(self) -> str:
        try:
            await self._redis.ping()
        except RedisError:
            return "unavailable"
        return "ready"


async def _claims(session: AsyncSession, first: date) -> dict[date, dict[Kind, int]]:
    day = cast(func.timezone("UTC", col(IssuedKey.created_at)), Date)
    statement = (
        select(day, Person.kind, func.count())
        .join(Person, col(Person.id) == col(IssuedKey.person_id))
        .where(listed(), col(IssuedKey.created_at) >= datetime.combine(first, time(), UTC))
        .group_by(day, col(Person.kind))
    )
    claims: dict[date, dict[Kind, int]] = {}
    for on, kind, number in (await session.exec(statement)).all():
        claims.setdefault(on, {})[Kind(kind)] = number
    return claims


def _most(row: tuple[object, Counts]) -> tuple[object, ...]:
    return -row[1].spend, -row[1].requests, str(row[0])


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
