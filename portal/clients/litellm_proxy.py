"""LiteLLM's management API, as much of it as we use.

Absent is `None`, refused is `ProxyRefused`, not reachable is `ProxyUnavailable`; callers never see httpx.
LiteLLM's own words stay in the log: they can name keys and addresses.
https://docs.litellm.ai/docs/proxy/management_endpoints
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from portal.core.errors import PortalError, Unavailable
from portal.core.logs import get_logger

log = get_logger()

STATUS_TIMEOUT_SECONDS = 3
BULK_SIZE = 500


class ProxyRefused(PortalError):
    """LiteLLM understood and said no: a mistake of ours, so it looks like one."""

    code = "gateway_refused"


class ProxyUnavailable(Unavailable):
    """`reached`: LiteLLM may have done what it was asked; otherwise it certainly has not."""

    def __init__(self, *, reached: bool) -> None:
        super().__init__("gateway", "The gateway is starting or not available. Please try again in a moment.")
        self.reached = reached


class ProxyKey(BaseModel):
    """What LiteLLM knows of a key; `alias` is the id that we gave it."""

    model_config = ConfigDict(frozen=True)

    alias: str | None = Field(None, validation_alias="key_alias")
    expires: datetime | None = None
    spend: Decimal = Decimal(0)
    last_active: datetime | None = None
    blocked: bool | None = None


class ProxyUser(BaseModel):
    """A person as LiteLLM knows them; `spend` in US dollars since the budget was last full."""

    model_config = ConfigDict(frozen=True)

    spend: Decimal = Decimal(0)
    max_budget: Decimal | None = None
    budget_reset_at: datetime | None = None
    metadata: dict[str, Any] = {}


class LitellmProxy:
    def __init__(self, http: httpx.AsyncClient) -> None:
        """`http` carries base URL, admin key and time-outs."""
        self._http = http

    async def is_alive(self) -> bool:
        """https://docs.litellm.ai/docs/proxy/health"""
        try:
            answer = await self._http.get("/health/liveliness", timeout=STATUS_TIMEOUT_SECONDS)
        except httpx.TransportError:
            return False
        return answer.is_success

    async def team(self, team: str) -> Mapping[str, Any] | None:
        """The team's metadata. https://docs.litellm.ai/docs/proxy/team_based_routing"""
        found = await self._team_info(team)
        return None if found is None else found.get("metadata") or {}

    async def roster(self, team: str) -> Collection[str]:
        """The users on it; all of them may have keys of the team, on it or not."""
        found = await self._team_info(team)
        return {str(member["user_id"]) for member in found["members_with_roles"]} if found else ()

    async def add_members(self, team: str, users: Sequence[str]) -> None:
        """Leaves out who is on the roster already."""
        members = [{"role": "user", "user_id": user} for user in users]
        request = {"team_id": team, "member": members}
        await self._ask("POST", "/team/member_add", json=request, absent=HTTPStatus.BAD_REQUEST)

    async def _team_info(self, team: str) -> dict[str, Any] | None:
        # Without a limit every key of the team would be in the answer.
        params = {"team_id": team, "key_limit": "1"}
        found = await self._ask("GET", "/team/info", params=params, absent=HTTPStatus.NOT_FOUND)
        return None if found is None else found["team_info"]

    async def ensure_team(self, team: str, models: Sequence[str]) -> Mapping[str, Any]:
        """Its metadata, from before."""
        metadata = await self.team(team)
        if metadata is not None:
            await self._ask("POST", "/team/update", json={"team_id": team, "models": list(models)})
            return metadata
        try:
            await self._ask("POST", "/team/new", json={"team_id": team, "team_alias": team, "models": list(models)})
        except (ProxyRefused, ProxyUnavailable):
            # Another instance may have been faster, which LiteLLM answers with 400 or 500.
            if await self.team(team) is None:
                raise
        return {}

    async def note_on_team(self, team: str, metadata: Mapping[str, Any]) -> None:
        await self._ask("POST", "/team/update", json={"team_id": team, "metadata": dict(metadata)})

    async def user(self, user: str) -> ProxyUser | None:
        """https://docs.litellm.ai/docs/proxy/users"""
        found = await self._ask("GET", "/v2/user/info", params={"user_id": user}, absent=HTTPStatus.NOT_FOUND)
        return None if found is None else ProxyUser.model_validate(found)

    async def set_user(self, fields: Mapping[str, Any]) -> None:
        """Makes the user or changes the named fields of the one that is there."""
        await self._ask("POST", "/user/update", json=fields)

    async def set_users(self, users: Sequence[Mapping[str, Any]]) -> None:
        """At most `BULK_SIZE` at once."""
        found = await self._ask("POST", "/user/bulk_update", json={"users": [dict(user) for user in users]})
        if found.get("failed_updates"):
            log.warning("gateway.users_not_updated", count=found["failed_updates"])
            raise ProxyUnavailable(reached=True)

    async def delete_user(self, user: str) -> None:
        """With all their keys, which stop working; does nothing when there is no such user.

        https://docs.litellm.ai/docs/proxy/users
        """
        await self._ask("POST", "/user/delete", json={"user_ids": [user]}, absent=HTTPStatus.NOT_FOUND)

    async def generate_key(self, request: Mapping[str, Any]) -> ProxyKey:
        """https://docs.litellm.ai/docs/proxy/virtual_keys"""
        return ProxyKey.model_validate(await self._ask("POST", "/key/generate", json=request))

    async def delete_key(self, alias: str) -> None:
        """Does nothing when there is no such key."""
        await self._ask("POST", "/key/delete", json={"key_aliases": [alias]}, absent=HTTPStatus.NOT_FOUND)

    async def block_key(self, token: str) -> None:
        """Ends the key's use at once, on other instances when their `user_api_key_cache_ttl` has run out.

        Does nothing when there is no such key. https://docs.litellm.ai/docs/proxy/virtual_keys#blockunblock-keys
        """
        await self._ask("POST", "/key/block", json={"key": token}, absent=HTTPStatus.NOT_FOUND)

    async def unblock_key(self, token: str) -> None:
        await self._ask("POST", "/key/unblock", json={"key": token}, absent=HTTPStatus.NOT_FOUND)

    async def expire_key(self, token: str, seconds: int) -> None:
        """LiteLLM ends it by itself then. Does nothing when there is no such key."""
        change = {"key": token, "duration": f"{seconds}s"}
        await self._ask("POST", "/key/update", json=change, absent=HTTPStatus.NOT_FOUND)

    async def describe_key(self, token: str, metadata: Mapping[str, Any]) -> None:
        """Does nothing when there is no such key."""
        change = {"key": token, "metadata": dict(metadata)}
        await self._ask("POST", "/key/update", json=change, absent=HTTPStatus.NOT_FOUND)

    async def keys(self, tokens: Sequence[str]) -> dict[str, ProxyKey]:
        """By alias; only keys that LiteLLM still has. `tokens` are the SHA-256 of secrets."""
        if not tokens:
            return {}
        found = await self._ask("POST", "/v2/key/info", json={"keys": list(tokens)}, absent=HTTPStatus.NOT_FOUND)
        keys = [ProxyKey.model_validate(one) for one in (found or {"info": []})["info"]]
        return {key.alias: key for key in keys if key.alias}

    async def has_key(self, token: str) -> bool:
        """Whether LiteLLM has the key at all, blocked and expired ones too. `token` is the SHA-256 of the secret."""
        return bool((await self._ask("POST", "/v2/key/info", json={"keys": [token]}))["info"])

    async def first_chat_model(self) -> str | None:
        """For examples; `None` when there is no chat model."""
        found = await self._ask("GET", "/model/info")
        chat = (one for one in found["data"] if one.get("model_info", {}).get("mode") in {"chat", None})
        return next((str(one["model_name"]) for one in chat), None)

    async def _ask(self, method: str, path: str, *, absent: HTTPStatus | None = None, **request: Any) -> Any:
        with translated_errors():
            answer = await self._http.request(method, path, **request)
        if answer.is_success:
            return answer.json()
        if answer.status_code == absent:
            return None
        log.warning("gateway.refused", path=path, status=answer.status_code)
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ProxyUnavailable(reached=True)
        raise ProxyRefused("The gateway did not accept our request. We have been told about it.")


@contextmanager
def translated_errors() -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ProxyUnavailable(reached=False) from error
    except httpx.TransportError as error:
        raise ProxyUnavailable(reached=True) from error
