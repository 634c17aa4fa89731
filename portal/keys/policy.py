"""What each kind of person gets: one table. Nothing from a request chooses the row."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from portal.core.settings import Settings
from portal.models import Kind


@dataclass(frozen=True)
class Policy:
    team: str
    user_role: str
    key_ttl: timedelta | None
    active_keys: int
    requests_per_minute: int
    tokens_per_minute: int
    parallel_requests: int
    budget_usd: Decimal | None
    budget_period: timedelta
    models: tuple[str, ...]
    max_grace: timedelta

    @property
    def limits(self) -> dict[str, Any]:
        """As people and programs read them; the period in seconds."""
        return {
            "requests_per_minute": self.requests_per_minute,
            "tokens_per_minute": self.tokens_per_minute,
            "parallel_requests": self.parallel_requests,
            "budget_usd": None if self.budget_usd is None else float(self.budget_usd),
            "budget_period": int(self.budget_period.total_seconds()),
        }


Policies = dict[Kind, Policy]


def policies(settings: Settings) -> Policies:
    account = Policy(
        team="",
        user_role=settings.litellm_user_role,
        key_ttl=None,
        active_keys=settings.account_active_keys,
        requests_per_minute=settings.account_requests_per_minute,
        tokens_per_minute=settings.account_tokens_per_minute,
        parallel_requests=settings.account_parallel_requests,
        budget_usd=settings.account_budget_usd,
        budget_period=settings.account_budget_period,
        models=settings.account_models,
        max_grace=settings.rotation_max_grace,
    )
    return {
        Kind.AUTH0: replace(account, team=settings.litellm_team_auth0),
        Kind.LOCAL: replace(account, team=settings.litellm_team_local),
        Kind.PERMISSIONLESS: Policy(
            team=settings.litellm_team_permissionless,
            user_role=settings.litellm_user_role,
            key_ttl=settings.permissionless_key_ttl,
            active_keys=settings.permissionless_active_keys,
            requests_per_minute=settings.permissionless_requests_per_minute,
            tokens_per_minute=settings.permissionless_tokens_per_minute,
            parallel_requests=settings.litellm_max_parallel_requests,
            budget_usd=settings.permissionless_budget_usd,
            budget_period=settings.permissionless_budget_period,
            models=settings.permissionless_models,
            max_grace=settings.rotation_max_grace,
        ),
    }
