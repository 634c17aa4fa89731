"""LiteLLM's management API, as much of it as we use.

Absent is `None`, refused is `ProxyRefused`, not reachable is `ProxyUnavailable`; callers never see httpx.
LiteLLM's own words stay in the log: they can name keys and addresses.
https://docs.litellm.ai/docs/proxy/management_endpoints
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from portal.core.errors import PortalError, Unavailable
from portal.core.logs import get_logger

log = get_logger()

STATUS_TIMEOUT_SECONDS = 3
PAGE_SIZE = 100


class ProxyRefused(PortalError):
    """LiteLLM understood and said no: a mistake of ours, so it looks like one."""

    code = "gateway_refused"


class ProxyUnavailable(Unavailable):
    """`reached`: LiteLLM may have done what it was asked; otherwise it certainly has not."""

    def __init__(self, *, reached: bool) -> None:
        super().__init__("gateway", "The gateway is starting or not available. Please try again in a moment.")
        self.reached = reached


class ProxyKey(BaseModel):
    """What LiteLLM knows of a key; `token` is the SHA-256 of the secret."""

    model_config = ConfigDict(frozen=True)

    token: str = Field(validation_alias=AliasChoices("token", "token_id"))
    expires: datetime | None = None
    spend: Decimal = Decimal(0)
    last_active: datetime | None = None
    blocked: bool | None = None


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

    async def ensure_team(self, team: str) -> None:
        """https://docs.litellm.ai/docs/proxy/team_based_routing"""
        if await self._has_team(team):
            return
        try:
            await self._ask("POST", "/team/new", json={"team_id": team, "team_alias": team})
        except (ProxyRefused, ProxyUnavailable):
            # Another instance may have been faster, which LiteLLM answers with 400 or 500.
            if not await self._has_team(team):
                raise

    async def _has_team(self, team: str) -> bool:
        found = await self._ask("GET", "/team/info", params={"team_id": team}, absent=HTTPStatus.NOT_FOUND)
        return found is not None

    async def ensure_member(self, user: str, team: str, role: str) -> None:
        """A key's user must exist and be a member of the key's team, or LiteLLM asks the database in every request."""
        new_user = {"user_id": user, "user_role": role, "auto_create_key": False, "teams": [team]}
        if await self._ask("POST", "/user/new", json=new_user, absent=HTTPStatus.CONFLICT) is None:
            member = {"team_id": team, "member": {"role": "user", "user_id": user}}
            await self._ask("POST", "/team/member_add", json=member, absent=HTTPStatus.BAD_REQUEST)

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

    async def keys_of(self, user: str) -> dict[str, ProxyKey]:
        """By token; only keys that LiteLLM still has."""
        params = {"user_id": user, "return_full_object": "true", "size": str(PAGE_SIZE)}
        found = await self._ask("GET", "/key/list", params=params)
        keys = [ProxyKey.model_validate(one) for one in found["keys"]]
        return {key.token: key for key in keys}

    async def first_chat_model(self) -> str | None:
        """For examples; `None` when there is no chat model."""
        found = await self._ask("GET", "/model/info")
        chat = (one for one in found["data"] if one.get("model_info", {}).get("mode") in {"chat", None})
        return next((str(one["model_name"]) for one in chat), None)

    async def _ask(self, method: str, path: str, *, absent: HTTPStatus | None = None, **request: Any) -> Any:
        with _translated():
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
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ProxyUnavailable(reached=False) from error
    except httpx.TransportError as error:
        raise ProxyUnavailable(reached=True) from error
