"""What may be spent here before LiteLLM is asked again.

LiteLLM reserves the highest price of a request with every budget, which takes it two milliseconds. Here a part of what
is left of a budget is spent from memory, and what was spent is told to LiteLLM within a second. Near its end a budget
has no part that is worth it, so that LiteLLM itself looks after the last of it.
"""

import time
from typing import Any
from weakref import WeakValueDictionary

from litellm.proxy.auth.auth_checks import get_team_object, get_user_object
from litellm.proxy.spend_tracking.budget_reservation import _get_budget_counters

# So many gateways may each spend their part before one knows of the other.
PARTS = 4
LOOK_SECONDS = 5.0


class Budget:
    """One of LiteLLM's counters, in US dollars."""

    def __init__(self, counter: Any) -> None:
        self.counter = counter
        self._looked_at = float("-inf")
        self._left = 0.0
        # Of requests under way, at their highest price.
        self._reserved = 0.0
        # Known to LiteLLM only after the next time the books are written.
        self._unwritten = 0.0

    async def look(self) -> None:
        """What is left, by what all gateways have told."""
        from litellm.proxy.proxy_server import get_current_spend  # noqa: PLC0415 - filled while LiteLLM starts

        self._looked_at = time.monotonic()
        counter = self.counter
        spent = float(await get_current_spend(counter_key=counter.counter_key, fallback_spend=counter.fallback_spend))
        self._left = (counter.max_budget - spent - self._unwritten) / PARTS

    async def has(self, price: float) -> bool:
        if time.monotonic() - self._looked_at > LOOK_SECONDS or not self._has(price):
            await self.look()
        return self._has(price)

    def _has(self, price: float) -> bool:
        return self._reserved + price <= self._left

    def reserve(self, price: float) -> None:
        self._reserved += price

    def settle(self, reserved: float, spent: float) -> None:
        self._reserved -= reserved
        self._left -= spent
        self._unwritten += spent

    def note_written(self, spent: float) -> None:
        self._unwritten -= spent


class Budgets:
    """Those of the keys that may travel, by LiteLLM's name of the counter."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[str, Budget] = WeakValueDictionary()

    async def of(self, key: Any, model: str) -> tuple[Budget, ...]:
        """Those that a request of this key counts for, with what is left of them now."""
        found = []
        for counter in await _counters(key, model):
            budget = self._known.setdefault(counter.counter_key, Budget(counter))
            budget.counter = counter
            await budget.look()
            found.append(budget)
        return tuple(found)


async def _counters(key: Any, model: str) -> list[Any]:
    from litellm.proxy import proxy_server as proxy  # noqa: PLC0415 - as above

    cached = {"prisma_client": proxy.prisma_client, "user_api_key_cache": proxy.user_api_key_cache}
    team = await get_team_object(team_id=key.team_id, **cached) if key.team_id else None
    user = await get_user_object(user_id=key.user_id, user_id_upsert=False, **cached) if key.user_id else None
    counters: list[Any] = await _get_budget_counters(
        request_body={"model": model},
        valid_token=key,
        team_object=team,
        user_object=user,
        proxy_logging_obj=proxy.proxy_logging_obj,
        apply_user_budget_to_team_keys=bool(proxy.general_settings.get("apply_user_budget_to_team_keys")),
        **cached,
    )
    return counters
