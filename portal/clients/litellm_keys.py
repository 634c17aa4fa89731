"""Every key that LiteLLM has, with what it knows of its use and limits; for people who look after the platform.

https://docs.litellm.ai/docs/proxy/virtual_keys
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from portal.clients.litellm_reading import LitellmReader

PAGE_SIZE = 100


class Limited(BaseModel):
    """Any of LiteLLM's limits; budgets in US dollars."""

    model_config = ConfigDict(frozen=True)

    rpm_limit: int | None = None
    tpm_limit: int | None = None
    max_parallel_requests: int | None = None
    max_budget: Decimal | None = None

    @property
    def has_limit(self) -> bool:
        return any(one is not None for one in (self.rpm_limit, self.tpm_limit, self.max_parallel_requests)) or (
            self.max_budget is not None
        )


class GatewayKey(Limited):
    """`token` is the SHA-256 of the secret, `hint` its last characters, `user` the owner with limits of their own."""

    token: str = Field(validation_alias=AliasChoices("token", "token_id"))
    alias: str | None = Field(None, validation_alias="key_alias")
    hint: str | None = Field(None, validation_alias="key_name")
    team: str | None = Field(None, validation_alias="team_id")
    user: Limited | None = None
    spend: Decimal = Decimal(0)
    created_at: datetime | None = None
    expires: datetime | None = None
    last_active: datetime | None = None

    @property
    def is_limited(self) -> bool:
        return self.has_limit or (self.user is not None and self.user.has_limit)


class LitellmKeys:
    def __init__(self, reader: LitellmReader) -> None:
        self._reader = reader

    async def of_user(self, user: str) -> Mapping[str, GatewayKey]:
        """By token."""
        return {key.token: key for key in await self._all(user_id=user)}

    async def valid(self) -> Sequence[GatewayKey]:
        """Everybody's that have not expired, oldest first: one question for each hundred."""
        return await self._all(expires="active", expand="user", sort_by="created_at", sort_order="asc")

    async def _all(self, **wanted: str) -> list[GatewayKey]:
        keys: list[GatewayKey] = []
        page = 1
        while True:
            params = {"return_full_object": "true", "size": str(PAGE_SIZE), "page": str(page), **wanted}
            found = await self._reader.get("/key/list", params)
            keys += [GatewayKey.model_validate(one) for one in found["keys"]]
            if page >= found["total_pages"]:
                return keys
            page += 1
