"""What Auth0 says about itself: its addresses and the keys that sign its ID tokens, asked for when first needed.

https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery
https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict

from portal.clients.auth0_errors import Auth0Unavailable, translated
from portal.core.clock import Clock
from portal.core.logs import get_logger

log = get_logger()

GOOD_FOR = timedelta(minutes=10)


class Addresses(BaseModel):
    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    # A tenant can leave it out: https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0
    end_session_endpoint: str | None = None


@dataclass(frozen=True)
class Known:
    addresses: Addresses
    keys: KeySet
    asked_at: datetime


class Auth0Provider:
    """Nothing is asked before the first sign-in, so that no start ever waits for Auth0."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, clock: Clock) -> None:
        self._http = http
        self._issuer = issuer.rstrip("/")
        self._clock = clock
        self._known: Known | None = None

    async def addresses(self) -> Addresses:
        return (await self._current()).addresses

    async def keys(self) -> KeySet:
        return (await self._current()).keys

    async def keys_asked_again(self) -> KeySet:
        """For a token signed with a key that we don't know: https://auth0.com/docs/get-started/tenant-settings/signing-keys"""
        self._known = None
        return await self.keys()

    async def _current(self) -> Known:
        if self._known is None or self._clock() - self._known.asked_at > GOOD_FOR:
            addresses = await self._discover()
            self._known = Known(addresses, await self._fetch_keys(addresses.jwks_uri), self._clock())
        return self._known

    async def _discover(self) -> Addresses:
        async with translated("discovery"):
            answer = await self._http.get(f"{self._issuer}/.well-known/openid-configuration")
            found = Addresses.model_validate_json(answer.raise_for_status().content)
        # Auth0 writes its issuer with a slash at the end, people write the setting without one.
        if found.issuer.rstrip("/") != self._issuer:
            log.error("auth0.misconfigured", reason="the discovery document belongs to another issuer")
            raise Auth0Unavailable
        return found

    async def _fetch_keys(self, address: str) -> KeySet:
        async with translated("keys"):
            answer = (await self._http.get(address)).raise_for_status().json()
            try:
                return KeySet.import_key_set(answer)
            except (JoseError, KeyError, TypeError, AttributeError) as error:
                raise ValueError("not a key set") from error
