"""A person's limits: the policy of their kind with what an operator changed, and LiteLLM kept in step with it.

They are fields of the person's row in LiteLLM, so they count for all of a person's keys together. Which limits a row
carries is noted in its metadata, and which ones a whole team was brought to in the team's.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.clients.litellm_proxy import BULK_SIZE, LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.core.logs import get_logger
from portal.keys.policy import Policies, Policy
from portal.keys.working import working
from portal.models import IssuedKey, Kind, LimitOverride, Person

log = get_logger()

NOTE = "limits"
PERIOD = "budget_period"
DAY = 86_400


class Limits:
    def __init__(self, database: Database, proxy: LitellmProxy, policies: Policies, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._policies = policies
        self._clock = clock
        self._teams: set[str] = set()

    def policy_of(self, kind: Kind) -> Policy:
        """Without what an operator changed for one person."""
        return self._policies[kind]

    async def effective_policy(self, session: AsyncSession, person: Person) -> Policy:
        return _with(self._policies[person.kind], await session.get(LimitOverride, person.id))

    async def apply(self, person_id: UUID) -> None:
        """Brings LiteLLM to the person's effective policy; raises `ProxyUnavailable`."""
        async with self._database.transaction() as session:
            person = await session.get(Person, person_id)
            if person is None:
                return
            policy = await self.effective_policy(session, person)
        await self.ensure(person_id, policy)

    async def ensure(self, person_id: UUID, policy: Policy, *, is_new: bool = False) -> None:
        """The person's row in LiteLLM exists and carries the limits of `policy`, and the team exists.

        Of somebody who `is_new` LiteLLM has no row, and is not asked for one.
        """
        if policy.team not in self._teams:
            await self._ensure_team(policy)
        known = None if is_new else await self._proxy.user(str(person_id))
        noted = known.metadata.get(NOTE) if known else None
        if noted != policy.limits:
            await self._proxy.set_user(_row(person_id, policy, noted))

    async def keep_in_step(self) -> None:
        """Teams exist and carry the policy, and so does everybody with a key, in few calls and only after a change."""
        for kind, policy in self._policies.items():
            noted = await self._ensure_team(policy)
            if noted == policy.limits:
                continue
            count = await self._bring_people(kind, noted)
            await self._proxy.note_on_team(policy.team, {NOTE: policy.limits})
            log.info("keys.policy_applied", team=policy.team, people=count)

    async def _ensure_team(self, policy: Policy) -> dict[str, Any] | None:
        """The limits that its people were brought to."""
        metadata = await self._proxy.ensure_team(policy.team, policy.models)
        self._teams.add(policy.team)
        return metadata.get(NOTE)

    async def _bring_people(self, kind: Kind, noted: dict[str, Any] | None) -> int:
        """What an operator changes meanwhile stands in our database before LiteLLM hears of it, and what we send may
        come after that. So everybody is looked at once more when they are done, until nothing is new.
        """
        count, last = 0, None
        sent: list[dict[str, Any]] = []
        while people := await self._people_with_keys(kind, after=last):
            rows = [_row(person_id, _with(self._policies[kind], override), noted) for person_id, override in people]
            if changed := [row for row in rows if row not in sent]:
                await self._proxy.set_users(changed)
                sent = rows
            else:
                count, last, sent = count + len(rows), people[-1][0], []
        return count

    async def _people_with_keys(self, kind: Kind, after: UUID | None) -> Sequence[tuple[UUID, LimitOverride | None]]:
        with_keys = select(IssuedKey.person_id).where(working(IssuedKey, self._clock()))
        query = (
            select(Person.id, LimitOverride)
            .join(LimitOverride, col(LimitOverride.person_id) == col(Person.id), isouter=True)
            .where(Person.kind == kind, col(Person.id).in_(with_keys))
            .order_by(col(Person.id))
            .limit(BULK_SIZE)
        )
        if after is not None:
            query = query.where(col(Person.id) > after)
        async with self._database.transaction() as session:
            return (await session.exec(query)).all()


def _with(policy: Policy, override: LimitOverride | None) -> Policy:
    if override is None:
        return policy
    names = {field.name for field in fields(Policy)} & set(LimitOverride.model_fields)
    changed = {name: value for name in names if (value := getattr(override, name)) is not None}
    return replace(policy, **changed)


def _row(person_id: UUID, policy: Policy, noted: dict[str, Any] | None) -> dict[str, Any]:
    """https://docs.litellm.ai/docs/proxy/users"""
    row: dict[str, Any] = {
        "user_id": str(person_id),
        "user_role": policy.user_role,
        "rpm_limit": policy.requests_per_minute,
        "tpm_limit": policy.tokens_per_minute,
        "max_parallel_requests": policy.parallel_requests,
        "max_budget": None if policy.budget_usd is None else float(policy.budget_usd),
        "metadata": {NOTE: policy.limits},
    }
    # Sent again it would begin the period anew, and the budget would never be full again for busy people.
    if noted is None or noted.get(PERIOD) != policy.limits[PERIOD]:
        row["budget_duration"] = _duration(policy.limits[PERIOD])
    return row


def _duration(seconds: int) -> str:
    """LiteLLM's reset of a budget loses whole days of a number of seconds, so days are days.

    `1d` ends at midnight UTC, `7d` on Monday, `30d` on the first of the month.
    https://docs.litellm.ai/docs/proxy/users#reset-budgets
    """
    return f"{-(-seconds // DAY)}d" if seconds >= DAY else f"{seconds}s"
