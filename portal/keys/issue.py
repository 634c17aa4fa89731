"""Issuing a key, together with LiteLLM, so that a crash at any point never leaves two keys or a hidden one.

1. Lock the person, count, write our row as `reserved`: two clicks at once can't both pass.
2. Ask LiteLLM for the key, under our row's id as alias and with a secret that we made.
3. Mark our row `confirmed` and show the secret, once.

When step 2 fails, the row is taken back; when we die in between, `repair` looks the alias up and removes both.
Nobody has seen the secret then, so nothing is lost and nothing has to be issued twice.
"""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, exists, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from portal.accounts.sign_in import PersonBlocked
from portal.clients.litellm_proxy import LitellmProxy, ProxyRefused, ProxyUnavailable
from portal.core.clock import Clock
from portal.core.crypto import digest, new_api_key, preview
from portal.core.database import Database
from portal.core.errors import KeyLimitReached
from portal.core.logs import get_logger
from portal.keys.policy import Policies, Policy
from portal.keys.repair import forget
from portal.models import Consent, IssuedKey, Person, Stage

log = get_logger()


@dataclass(frozen=True)
class KeyReveal:
    """The only object that ever holds a secret; it goes into one response body and nowhere else."""

    key: IssuedKey
    secret: str


class KeyIssuer:
    def __init__(self, database: Database, proxy: LitellmProxy, policies: Policies, clock: Clock) -> None:
        self._database = database
        self._proxy = proxy
        self._policies = policies
        self._clock = clock
        self._teams_ensured: set[str] = set()

    async def ensure_teams(self) -> None:
        for policy in self._policies.values():
            await self._proxy.ensure_team(policy.team)
            self._teams_ensured.add(policy.team)

    async def issue(self, person: Person, *, name: str, description: str, consent: Consent) -> KeyReveal:
        """`person` may be new: stored, like the consent, together with the reservation."""
        policy = self._policies[person.kind]
        secret = new_api_key()
        reserved = IssuedKey(
            id=uuid4(),
            person_id=person.id,
            name=name,
            description=description,
            preview=preview(secret),
            token=digest(secret),
            team=policy.team,
            created_at=self._clock(),
        )
        await self._reserve(person, consent, reserved, policy)
        try:
            confirmed = await self._confirm(await self._generate(reserved, secret, policy))
        except ProxyUnavailable as error:
            await self._take_back(reserved, reached=error.reached)
            raise
        except ProxyRefused:
            await self._take_back(reserved, reached=True)
            raise
        log.info("keys.issued", key_id=str(confirmed.id), team=policy.team)
        return KeyReveal(confirmed, secret)

    async def _reserve(self, person: Person, consent: Consent, reserved: IssuedKey, policy: Policy) -> None:
        async with self._database.transaction() as session:
            known = await session.get(Person, person.id, with_for_update=True)
            if known and known.blocked_at:
                raise PersonBlocked
            if known is None:
                session.add(person)
                await session.flush()
            if await self._count_active(session, person.id) >= policy.active_keys:
                raise KeyLimitReached(_limit_text(policy))
            session.add_all([consent, reserved])

    async def _count_active(self, session: AsyncSession, person_id: UUID) -> int:
        active = select(func.count(col(IssuedKey.id))).where(
            IssuedKey.person_id == person_id,
            col(IssuedKey.revoked_at).is_(None),
            or_(col(IssuedKey.expires_at).is_(None), col(IssuedKey.expires_at) > self._clock()),
        )
        return (await session.exec(active)).one()

    async def _generate(self, reserved: IssuedKey, secret: str, policy: Policy) -> IssuedKey:
        if policy.team not in self._teams_ensured:
            await self.ensure_teams()
        await self._proxy.ensure_member(str(reserved.person_id), policy.team, policy.user_role)
        made = await self._proxy.generate_key(_key_request(reserved, secret, policy))
        return reserved.model_copy(update={"expires_at": made.expires})

    async def _confirm(self, key: IssuedKey) -> IssuedKey:
        statement = (
            update(IssuedKey)
            .where(col(IssuedKey.id) == key.id, col(IssuedKey.stage) == Stage.RESERVED, _is_welcome(key.person_id))
            .values(stage=Stage.CONFIRMED, expires_at=key.expires_at)
        )
        async with self._database.transaction() as session:
            changed = cast("CursorResult[Any]", await session.exec(statement)).rowcount
        if not changed:
            # So slow that `repair` took it for abandoned, or its person was blocked in the meantime.
            raise ProxyUnavailable(reached=True)
        return key.model_copy(update={"stage": Stage.CONFIRMED})

    async def _take_back(self, reserved: IssuedKey, *, reached: bool) -> None:
        try:
            if reached:
                await self._proxy.delete_key(str(reserved.id))
        except (ProxyUnavailable, ProxyRefused):
            log.warning("keys.reservation_left_for_repair", key_id=str(reserved.id))
            return
        async with self._database.transaction() as session:
            await forget(session, reserved)


def _is_welcome(person_id: UUID) -> ColumnElement[bool]:
    """Whoever blocks a person first says so in the database, then ends the keys that stand there."""
    return exists().where(col(Person.id) == person_id, col(Person.blocked_at).is_(None))


def _limit_text(policy: Policy) -> str:
    if policy.active_keys == 1:
        return "You already have an active key. It is listed under Keys; you can get a new one when it has expired."
    return f"You already have {policy.active_keys} active keys. You can get a new one when one of them has expired."


def _key_request(reserved: IssuedKey, secret: str, policy: Policy) -> dict[str, Any]:
    """https://docs.litellm.ai/docs/proxy/virtual_keys#generate"""
    request: dict[str, Any] = {
        "key": secret,
        "key_alias": str(reserved.id),
        "user_id": str(reserved.person_id),
        "team_id": policy.team,
        "models": list(policy.models),
        "rpm_limit": policy.requests_per_minute,
        "tpm_limit": policy.tokens_per_minute,
        "max_parallel_requests": policy.parallel_requests,
        "metadata": {"name": reserved.name},
    }
    if policy.key_ttl is not None:
        request["duration"] = f"{int(policy.key_ttl.total_seconds())}s"
    if policy.budget_usd is not None:
        # With its period from the start: LiteLLM may answer 429 at once when a period is added later.
        request["max_budget"] = float(policy.budget_usd)
        request["budget_duration"] = f"{int(policy.budget_period.total_seconds())}s"
    return request
