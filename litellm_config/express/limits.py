"""The limits of requests that do not go LiteLLM's way: LiteLLM's own counters and scripts, in one round trip."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from litellm.proxy.auth.auth_utils import get_estimated_output_tokens
from litellm.proxy.hooks.parallel_request_limiter_v3 import (
    BATCH_RATE_LIMITER_SCRIPT,
    CHECK_AND_INCREMENT_BY_N_SCRIPT,
    PARALLEL_ACQUIRE_SCRIPT,
    PARALLEL_RELEASE_SCRIPT,
    PARALLEL_REQUEST_SLOT_TTL_SECONDS,
    TOKEN_INCREMENT_SCRIPT,
)

from litellm_config.express.round_trips import Command, RoundTrips

SCRIPTS = (
    BATCH_RATE_LIMITER_SCRIPT,
    CHECK_AND_INCREMENT_BY_N_SCRIPT,
    PARALLEL_ACQUIRE_SCRIPT,
    PARALLEL_RELEASE_SCRIPT,
    TOKEN_INCREMENT_SCRIPT,
)
CALL = "acompletion"


class Counter(NamedTuple):
    """One of LiteLLM's in Redis. `scope` and `kind`: whose and of what, as in `x-ratelimit-user-limit-requests`."""

    key: str
    window: str
    limit: int
    scope: str
    kind: str

    def told(self, count: int) -> Iterator[tuple[str, int]]:
        yield f"x-ratelimit-{self.scope}-remaining-{self.kind}", max(0, self.limit - count)
        yield f"x-ratelimit-{self.scope}-limit-{self.kind}", self.limit


@dataclass(frozen=True)
class Limits:
    """Of one key for one model: requests and tokens per minute, requests at once."""

    limiter: Any
    requests: Sequence[Counter]
    tokens: Sequence[Counter]
    at_once: Sequence[Counter]
    # What an operator has noted as the usual length of an answer.
    usual_tokens: int | None

    @classmethod
    async def of(cls, key: Any, model: str) -> Self:
        from litellm.proxy.proxy_server import proxy_logging_obj  # noqa: PLC0415 - set while LiteLLM starts

        limiter = proxy_logging_obj.proxy_hook_mapping["parallel_request_limiter"]
        found = await limiter._build_request_rate_limit_descriptors(key, {"model": model}, CALL)
        return cls(
            limiter,
            tuple(_counters(limiter, found, "requests_per_unit", "requests")),
            tuple(_counters(limiter, found, "tokens_per_unit", "tokens")),
            tuple(_counters(limiter, found, "max_parallel_requests", "max_parallel_requests")),
            get_estimated_output_tokens(user_api_key_dict=key, model_name=model),
        )

    def bound(self, data: dict[str, Any]) -> int:
        """How many tokens a request may use; `data` gets LiteLLM's own bound on its answer, if it sets one."""
        if not self.tokens:
            return 0
        least = min(counter.limit for counter in self.tokens)
        self.limiter._apply_implicit_output_cap(data, least, CALL, self.usual_tokens)
        tokens: int = self.limiter._estimate_tokens_for_request(data, None, least, CALL, self.usual_tokens)
        return max(1, tokens)


class Taken:
    """What one request has taken of its limits."""

    def __init__(self, limits: Limits, trips: RoundTrips, tokens: int) -> None:
        self._limits = limits
        self._trips = trips
        self._tokens = tokens
        self._slot = uuid.uuid4().hex
        self.headers: Mapping[str, int] = {}

    @classmethod
    async def take(cls, limits: Limits, trips: RoundTrips, data: dict[str, Any]) -> Self | None:
        """`None` if a limit is reached. Raises RedisError. Not to be cancelled: what was taken must be given back."""
        taken = cls(limits, trips, limits.bound(data))
        return taken if await taken._take() else None

    async def _take(self) -> bool:
        limits, script = self._limits, self._trips.script
        keys = [key for one in limits.requests for key in (one.window, one.key)]
        slots = [
            value for one in limits.at_once for value in (one.limit, PARALLEL_REQUEST_SLOT_TTL_SECONDS, self._slot)
        ]
        pairs = [key for one in limits.tokens for key in (one.window, one.key)]
        seconds = limits.limiter.window_size
        wanted = [value for one in limits.tokens for value in (one.limit, self._tokens, seconds, seconds)]
        requests, at_once, tokens = await self._trips.run(
            script(BATCH_RATE_LIMITER_SCRIPT, keys, (int(time.time()), seconds)),
            script(PARALLEL_ACQUIRE_SCRIPT, [one.key for one in limits.at_once], slots),
            script(CHECK_AND_INCREMENT_BY_N_SCRIPT, pairs, wanted),
        )
        counts = [int(count) for count in requests[1::2]]
        has_room = all(count <= one.limit for count, one in zip(counts, limits.requests, strict=True))
        has_slot, has_tokens = not int(at_once[0]), not int(tokens[0])
        if not (has_room and has_slot and has_tokens):
            await self._put_back(0, requests=1, slot=has_slot, tokens=has_tokens)
            return False
        counted = (
            (limits.requests, counts),
            (limits.at_once, at_once[1:]),
            (limits.tokens, tokens[1::2]),
        )
        self.headers = dict(
            told
            for counters, numbers in counted
            for counter, number in zip(counters, numbers, strict=True)
            for told in counter.told(int(number))
        )
        return True

    async def settle(self, tokens: int) -> None:
        await self._put_back(tokens, requests=0)

    async def give_back(self) -> None:
        """All of it, the request included."""
        await self._put_back(0, requests=1)

    async def _put_back(self, used: int, *, requests: int, slot: bool = True, tokens: bool = True) -> None:
        limits, script = self._limits, self._trips.script
        less = [(one.key, -requests) for one in limits.requests if requests]
        less += [(one.key, used - self._tokens) for one in limits.tokens if tokens and used != self._tokens]
        commands: list[Command] = []
        if slot and limits.at_once:
            commands.append(
                script(PARALLEL_RELEASE_SCRIPT, [one.key for one in limits.at_once], [self._slot] * len(limits.at_once))
            )
        if less:
            changes = [value for _, change in less for value in (change, limits.limiter.window_size)]
            commands.append(script(TOKEN_INCREMENT_SCRIPT, [key for key, _ in less], changes))
        if commands:
            await self._trips.run(*commands)


def _counters(limiter: Any, descriptors: Sequence[Mapping[str, Any]], name: str, kind: str) -> Iterator[Counter]:
    named = limiter.internal_usage_cache.dual_cache.redis_cache.check_and_fix_namespace
    for one in descriptors:
        limit = (one["rate_limit"] or {}).get(name)
        if limit is not None:
            key = limiter.create_rate_limit_keys(one["key"], one["value"], kind)
            window = limiter.create_rate_limit_keys(one["key"], one["value"], "window")
            yield Counter(named(key=key), named(key=window), int(limit), one["key"], kind)
