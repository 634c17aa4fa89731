"""Limits that count for a person, however many keys they have, where LiteLLM 1.106 alone does not go far enough.

Requests, tokens and budget of the user row are LiteLLM's own work. Three things are added to its limiter:

- `max_parallel_requests` of the user row, which LiteLLM stores but enforces for keys alone. The slots are LiteLLM's
  own: counted in Redis for all processes, given back on errors and disconnects, expired when a process dies.
- Only the first people are on a team's roster, which is one JSON column that every request parses. For the others
  LiteLLM looks for a membership in the database in every request; that there is none is remembered as long as the key
  itself.
- How many requests are under way is asked of Redis alone. LiteLLM would turn people away by what this process remembers
  of it, for up to an hour, while their requests have ended at other gateways, or on the express lane.
"""

from collections.abc import Mapping
from typing import Any

from litellm.proxy.auth.auth_checks import UserNotFoundError, get_user_object
from litellm.proxy.common_utils.user_api_key_cache import (
    NO_TEAM_MEMBERSHIP_SENTINEL,
    get_management_object_ttl,
    team_membership_auth_cache_key,
)
from litellm.proxy.hooks import PROXY_HOOKS
from litellm.proxy.hooks.parallel_request_limiter_v3 import PROXY_MaxParallelRequestsHandler_v3

SCOPE = "person"


def install() -> None:
    """Before LiteLLM starts: it makes its hooks while it does."""
    PROXY_HOOKS["parallel_request_limiter"] = _PROXY_PersonLimiter


# LiteLLM tells its own limiters by this part of the name, and calls a hook only where the class itself defines it.
class _PROXY_PersonLimiter(PROXY_MaxParallelRequestsHandler_v3):  # type: ignore[misc] # noqa: N801
    async def async_pre_call_hook(self, *args: Any, **kwargs: Any) -> Any:
        return await super().async_pre_call_hook(*args, **kwargs)

    async def _read_local_gauge_counts(self, gauge_keys: list[str], parent_otel_span: Any = None) -> list[int]:
        del parent_otel_span
        return [0] * len(gauge_keys)

    async def _build_request_rate_limit_descriptors(
        self, user_api_key_dict: Any, data: Mapping[str, object], call_type: str | None
    ) -> list[Any]:
        _remember_no_membership(user_api_key_dict)
        descriptors: list[Any] = await super()._build_request_rate_limit_descriptors(user_api_key_dict, data, call_type)
        limit = await _parallel_limit(user_api_key_dict.user_id)
        if limit is not None:
            rate_limit = {"max_parallel_requests": limit, "window_size": self.window_size}
            descriptors.append({"key": SCOPE, "value": user_api_key_dict.user_id, "rate_limit": rate_limit})
        return descriptors


async def _parallel_limit(user_id: str | None) -> int | None:
    """Out of the cache that authentication has filled a moment ago."""
    from litellm.proxy.proxy_server import prisma_client, user_api_key_cache  # noqa: PLC0415 - set while LiteLLM starts

    try:
        user = await get_user_object(
            user_id=user_id,
            prisma_client=prisma_client,
            user_api_key_cache=user_api_key_cache,
            user_id_upsert=False,
        )
    except UserNotFoundError:
        return None
    return user.max_parallel_requests if user else None


def _remember_no_membership(key: Any) -> None:
    if key.team_id is None or key.user_id is None or key.team_member_spend is not None:
        return
    from litellm.proxy.proxy_server import user_api_key_cache  # noqa: PLC0415 - set while LiteLLM starts

    memory = user_api_key_cache.in_memory_cache
    name = team_membership_auth_cache_key(team_id=key.team_id, user_id=key.user_id)
    if memory.get_cache(key=name) is None:
        ttl = get_management_object_ttl(user_api_key_cache)
        memory.set_cache(key=name, value=NO_TEAM_MEMBERSHIP_SENTINEL, ttl=ttl)
