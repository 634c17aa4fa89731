"""Which keys LiteLLM has just let in to which models."""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from litellm.proxy._types import LitellmUserRoles

from litellm_config.express.budgets import Budget, Budgets
from litellm_config.express.changes import ALL
from litellm_config.express.endpoints import Endpoints
from litellm_config.express.limits import Limits

# Changes are told at once (`changes`); this is for one whose gateway died before it could tell.
LIFE_SECONDS = 300.0
CALLS = frozenset({"acompletion", "completion"})
KEY = re.compile(rb"bearer +(sk-[\x21-\x7e]+)", re.IGNORECASE)
# A key that has any of these is LiteLLM's affair, because each request may need more than is done here.
UNUSUAL = (
    "agent_id",
    "aliases",
    "budget_limits",
    "end_user_id",
    "matched_model_access_groups",
    "model_max_budget",
    "org_id",
    "project_id",
    "router_settings",
    "soft_budget",
    "team_member_model_max_budget",
    "team_model_aliases",
    "team_model_max_budget",
    "team_soft_budget",
    "user_model_max_budget",
)
# What the issuer of keys notes there for itself; other notes of keys and teams may be orders to LiteLLM.
OWN_NOTES = frozenset({"name", "limits"})
MOST_GRANTS = 20_000


class Grant(NamedTuple):
    """`key` is LiteLLM's own record of it."""

    key: Any
    model: str
    limits: Limits
    budgets: tuple[Budget, ...]
    until: float

    @property
    def is_valid(self) -> bool:
        return time.monotonic() < self.until


class Grants:
    def __init__(self, endpoints: Endpoints, budgets: Budgets) -> None:
        self._endpoints = endpoints
        self._budgets = budgets
        self._grants: dict[tuple[str, str], Grant] = {}
        self._tokens: set[str] = set()

    def knows(self, token: str) -> bool:
        """Of any model; so that the body of other requests needs no reading."""
        return token in self._tokens

    def find(self, token: str, model: str) -> Grant | None:
        grant = self._grants.get((token, model))
        return grant if grant and grant.is_valid else None

    def forget_changed(self, names: Iterable[str]) -> None:
        changed = set(names)
        if ALL in changed:
            self._grants.clear()
            self._tokens.clear()
            return
        for known, grant in [*self._grants.items()]:
            if not changed.isdisjoint(names_of(grant.key)):
                del self._grants[known]

    async def note(self, key: Any, data: Mapping[str, Any], call_type: str) -> None:
        """LiteLLM has just let this request in, and counted it."""
        model = data.get("model")
        if call_type not in CALLS or not isinstance(model, str) or not self._endpoints.has(model):
            return
        if not is_usual(key) or self.find(key.token, model):
            return
        if len(self._grants) >= MOST_GRANTS:
            self.forget_changed([ALL])
        seconds = min(LIFE_SECONDS, _seconds_left(key.expires))
        limits, budgets = await Limits.of(key, model), await self._budgets.of(key, model)
        self._grants[key.token, model] = Grant(key, model, limits, budgets, time.monotonic() + seconds)
        self._tokens.add(key.token)


def token_in(headers: Mapping[bytes, bytes]) -> str | None:
    """The hash under which LiteLLM keeps a key."""
    key = KEY.fullmatch(headers.get(b"authorization", b""))
    return hashlib.sha256(key[1]).hexdigest() if key else None


def names_of(key: Any) -> list[str]:
    """By which a change may name it: itself, its person and its team."""
    return [name for name in (key.token, key.key_alias, key.user_id, key.team_id) if name]


def is_usual(key: Any) -> bool:
    if not (key.token and key.user_id and key.team_id) or key.user_role == LitellmUserRoles.PROXY_ADMIN:
        return False
    notes = {*(key.metadata or {}), *(key.team_metadata or {})}
    return notes <= OWN_NOTES and not any(getattr(key, name, None) for name in UNUSUAL)


def _seconds_left(expires: datetime | str | None) -> float:
    if expires is None:
        return LIFE_SECONDS
    end = datetime.fromisoformat(expires) if isinstance(expires, str) else expires
    return (end.replace(tzinfo=end.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
