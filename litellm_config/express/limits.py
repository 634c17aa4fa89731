"""LiteLLM's limiter, for a request that does not go LiteLLM's way."""

from collections.abc import Mapping
from typing import Any, Self

from fastapi import HTTPException
from litellm.proxy.hooks.parallel_request_limiter_v3 import RequestRateLimiterStash, get_or_create_request_stash
from litellm.types.caching import RedisPipelineIncrementOperation


class Taken:
    """What one request has taken of the limits of its key and person."""

    def __init__(self, limiter: Any, stash: RequestRateLimiterStash) -> None:
        self._limiter = limiter
        self._stash = stash
        self._statuses = stash.rate_limit_response["statuses"] if stash.rate_limit_response else []

    @classmethod
    async def take(cls, key: Any, data: dict[str, Any]) -> Self | None:
        """`None` if a limit is reached. `data` gets LiteLLM's own bound on the length of the answer, if it sets one.

        It is remembered for the task that runs, which must therefore be a request's own.
        """
        from litellm.proxy.proxy_server import proxy_logging_obj  # noqa: PLC0415 - set while LiteLLM starts

        limiter = proxy_logging_obj.proxy_hook_mapping["parallel_request_limiter"]
        try:
            await limiter.async_pre_call_hook(key, proxy_logging_obj.internal_usage_cache, data, "acompletion")
        except HTTPException:
            return None
        return cls(limiter, get_or_create_request_stash())

    @property
    def headers(self) -> Mapping[str, object]:
        """`x-ratelimit-…`, as LiteLLM names them."""
        named: Mapping[str, object] = self._limiter._merge_ratelimit_statuses_into_additional_headers(
            {}, self._statuses
        )
        return named

    async def settle(self, tokens: int) -> None:
        await self._limiter._release_stashed_parallel_slot(self._stash, None)
        scopes = self._stash.reserved_scopes
        operations = self._limiter._build_reservation_aware_tpm_ops(
            tuple(scopes), scopes, tokens, self._stash.reserved_tokens
        )
        await self._limiter.async_increment_tokens_with_ttl_preservation(operations)

    async def give_back(self) -> None:
        """All of it, the request included."""
        await self.settle(0)
        counted = [one for one in self._statuses if one["rate_limit_type"] == "requests"]
        operations = [self._one_less(one["descriptor_key"], one["descriptor_value"]) for one in counted]
        await self._limiter.async_increment_tokens_with_ttl_preservation(operations)

    def _one_less(self, key: str, value: str) -> RedisPipelineIncrementOperation:
        name = self._limiter.create_rate_limit_keys(key, value, "requests")
        return RedisPipelineIncrementOperation(key=name, increment_value=-1, ttl=self._limiter.window_size)
