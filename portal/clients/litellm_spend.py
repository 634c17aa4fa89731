"""What LiteLLM counted: requests, tokens and spend, by UTC day, model and key.

LiteLLM adds up in memory and writes every 10 to 15 seconds (`proxy_batch_write_at`, plus up to 5 seconds of chance),
so the figures are that late. They outlive the keys. Errors are those of `litellm_proxy`.
https://docs.litellm.ai/docs/proxy/cost_tracking#daily-spend-breakdown-api
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field

from portal.clients.litellm_reading import LitellmReader

Group = TypeVar("Group")

# The most that LiteLLM gives: keys of one person in one answer, keys in one page.
MAX_KEYS = 1000
KEYS_PER_PAGE = 100


class Counts(BaseModel):
    """`requests` holds the `failures`; `spend` is in US dollars."""

    model_config = ConfigDict(frozen=True)

    requests: int = Field(0, validation_alias=AliasChoices("api_requests", "requests"))
    failures: int = Field(0, validation_alias=AliasChoices("failed_requests", "failures"))
    tokens_in: int = Field(0, validation_alias=AliasChoices("prompt_tokens", "tokens_in"))
    tokens_out: int = Field(0, validation_alias=AliasChoices("completion_tokens", "tokens_out"))
    spend: Decimal = Decimal(0)

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            requests=self.requests + other.requests,
            failures=self.failures + other.failures,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            spend=self.spend + other.spend,
        )


class Activity(BaseModel):
    """What one key did with one model on one day; `token` is the SHA-256 of the secret."""

    model_config = ConfigDict(frozen=True)

    day: date
    model: str
    token: str
    counts: Counts


class KeyActivity(BaseModel):
    """What one key did in a period; `user` is LiteLLM's, our person's id."""

    model_config = ConfigDict(frozen=True)

    token: str = Field(validation_alias="api_key")
    user: str | None = Field(None, validation_alias=AliasPath("metadata", "user_id"))
    counts: Counts = Field(validation_alias="metrics")


class LitellmSpend:
    def __init__(self, reader: LitellmReader) -> None:
        self._reader = reader

    async def of_user(self, user: str, first: date, last: date) -> list[Activity]:
        """In no order; nothing for a user that LiteLLM does not know."""
        found = await self._ask("", first, last, user_id=user, api_key_limit=str(MAX_KEYS))
        return [
            Activity(day=day["date"], model=model, token=token, counts=Counts.model_validate(one["metrics"]))
            for day in found["results"]
            for model, group in day["breakdown"]["model_groups"].items()
            for token, one in group["api_key_breakdown"].items()
        ]

    async def by_model(self, first: date, last: date) -> Mapping[str, Counts]:
        """Of everybody together."""
        found = await self._ask("", first, last, api_key_limit="1")
        groups = (
            (model, Counts.model_validate(group["metrics"]))
            for day in found["results"]
            for model, group in day["breakdown"]["model_groups"].items()
        )
        return add_up(groups)

    async def top_keys(self, first: date, last: date) -> list[KeyActivity]:
        """Of everybody, the `MAX_KEYS` that spent most."""
        keys: list[KeyActivity] = []
        while len(keys) < MAX_KEYS:
            found = await self._ask("/keys", first, last, offset=str(len(keys)), limit=str(KEYS_PER_PAGE))
            keys += [KeyActivity.model_validate(one) for one in found["api_keys"]]
            if not found["api_keys"] or len(keys) >= found["total_api_keys"]:
                break
        return keys

    async def _ask(self, kind: str, first: date, last: date, **params: str) -> Any:
        """One SQL query inside LiteLLM, however many requests were made."""
        period = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        return await self._reader.get(f"/user/daily/activity/aggregated{kind}", period | params)


def add_up(groups: Iterable[tuple[Group, Counts]]) -> dict[Group, Counts]:
    sums: dict[Group, Counts] = defaultdict(Counts)
    for group, counts in groups:
        sums[group] += counts
    return dict(sums)


def grouped(activities: Sequence[Activity], by: Callable[[Activity], Group]) -> dict[Group, Counts]:
    return add_up((by(one), one.counts) for one in activities)
