"""The limits of one person, brought to each of their keys in LiteLLM."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from sqlmodel import select

from portal.clients.litellm_proxy import LitellmProxy
from portal.core.clock import Clock
from portal.core.database import Database
from portal.keys.policy import Policies, Policy
from portal.models import IssuedKey, LimitOverride, Person
from portal.operators.keys import is_valid


class KeyLimits:
    def __init__(self, database: Database, proxy: LitellmProxy, policies: Policies, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._policies = policies
        self._clock = clock

    async def apply(self, person_id: UUID) -> None:
        """Raises `ProxyUnavailable`; doing it again finishes it."""
        valid = select(IssuedKey.token).where(IssuedKey.person_id == person_id, is_valid(self._clock()))
        async with self._database.transaction() as session:
            person = await session.get(Person, person_id)
            override = await session.get(LimitOverride, person_id)
            tokens = (await session.exec(valid)).all()
        if person is None:
            return
        policy = _with(self._policies[person.kind], override)
        for token in tokens:
            await self._proxy.limit_key(token, _limits(policy))


def _with(policy: Policy, override: LimitOverride | None) -> Policy:
    names = {field.name for field in fields(Policy)} & set(LimitOverride.model_fields)
    values = {name: getattr(override, name, None) for name in names}
    return replace(policy, **{name: value for name, value in values.items() if value is not None})


def _limits(policy: Policy) -> dict[str, Any]:
    return {
        "rpm_limit": policy.requests_per_minute,
        "tpm_limit": policy.tokens_per_minute,
        "max_parallel_requests": policy.parallel_requests,
        "max_budget": None if policy.budget_usd is None else float(policy.budget_usd),
    }
