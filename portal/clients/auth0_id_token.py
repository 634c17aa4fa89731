"""Is this ID token Auth0's answer to what we asked, for us, and of now?

https://auth0.com/docs/secure/tokens/id-tokens/validate-id-tokens
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import Token
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.clients.auth0_errors import SignInRefused
from portal.clients.auth0_provider import Auth0Provider

# One algorithm and never the token's own choice: no `none`, and no HS256 with a secret that others may know.
REGISTRY = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
LEEWAY_SECONDS = 60


class Expected(BaseModel):
    """`authenticated_since`: the person must have proved who they are after this."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    nonce: str
    access_token: str
    authenticated_since: datetime | None


class Claims(BaseModel):
    """`sid` is Auth0's name of its session; https://openid.net/specs/openid-connect-core-1_0.html#IDToken on `sub`."""

    model_config = ConfigDict(frozen=True)

    sub: str = Field(pattern=r"^[\x21-\x7e]{1,255}$")
    sid: str | None = None
    auth_time: float | None = None


async def validated(id_token: str, provider: Auth0Provider, expected: Expected, now: datetime) -> Claims:
    """Raises `SignInRefused`; an unknown key is asked for once more."""
    try:
        try:
            token = jwt.decode(id_token, await provider.keys(), registry=REGISTRY)
        except InvalidKeyIdError:
            token = jwt.decode(id_token, await provider.keys_asked_again(), registry=REGISTRY)
        issuer = (await provider.addresses()).issuer
        _check(token, issuer, expected, now)
        claims = Claims.model_validate(token.claims)
    except (JoseError, ValidationError, ValueError) as error:
        raise _refused(type(error).__name__) from error
    if expected.authenticated_since and not _is_since(claims.auth_time, expected.authenticated_since):
        raise _refused("auth_time")
    return claims


def _check(token: Token, issuer: str, expected: Expected, now: datetime) -> None:
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
    claims = CodeIDToken(token.claims, token.header, options, params)
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)


def _is_since(auth_time: float | None, instant: datetime) -> bool:
    """Asked for, it must be there: https://auth0.com/docs/authenticate/login/max-age-reauthentication"""
    return auth_time is not None and auth_time >= instant.timestamp() - LEEWAY_SECONDS


def _refused(reason: str) -> SignInRefused:
    text = "Auth0's answer could not be verified, so we did not accept it. Please try to sign in again."
    return SignInRefused(text, reason=reason)
