"""Signing in with Auth0: the authorization code flow of OpenID Connect with PKCE, and signing out.

Authlib and joserfc give the protocol's own parts; requests go through our one HTTP library (docs/decisions/0008).
https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow-with-pkce
"""

from datetime import timedelta
from typing import Literal

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import SecretStr

from portal.clients.auth0_errors import Auth0Unavailable, SignInRefused, translated
from portal.clients.auth0_id_token import Expected, validated
from portal.clients.auth0_messages import Attempt, Identity, Profile, TokenRefusal, Tokens
from portal.clients.auth0_provider import Auth0Provider
from portal.core.clock import Clock
from portal.core.crypto import new_session_token
from portal.core.logs import get_logger

log = get_logger()

SCOPE = "openid profile email"


class Auth0:
    def __init__(
        self, http: httpx.AsyncClient, *, issuer: str, client_id: str, client_secret: SecretStr, clock: Clock
    ) -> None:
        self._http = http
        self._provider = Auth0Provider(http, issuer, clock)
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock

    def new_attempt(
        self, redirect_uri: str, *, prompt: Literal["login", "none"] | None, max_age: timedelta | None
    ) -> Attempt:
        return Attempt(
            started_at=self._clock(),
            redirect_uri=redirect_uri,
            nonce=new_session_token(),
            code_verifier=new_session_token(),
            prompt=prompt,
            max_age=max_age,
        )

    async def sign_in_url(self, attempt: Attempt, state: str) -> str:
        """https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/authorize-with-pkce"""
        addresses = await self._provider.addresses()
        url: str = prepare_grant_uri(
            addresses.authorization_endpoint,
            self._client_id,
            "code",
            attempt.redirect_uri,
            SCOPE,
            state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.code_verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
            prompt=attempt.prompt,
            max_age=None if attempt.max_age is None else str(int(attempt.max_age.total_seconds())),
        )
        return url

    async def identify(self, code: str, attempt: Attempt) -> Identity:
        """Who came back with `code`. Raises `SignInRefused` or `Auth0Unavailable`."""
        tokens = await self._redeem(code, attempt)
        expected = Expected(
            client_id=self._client_id,
            nonce=attempt.nonce,
            access_token=tokens.access_token,
            authenticated_since=attempt.authenticated_since,
        )
        claims = await validated(tokens.id_token, self._provider, expected, self._clock())
        profile = await self._profile(tokens.access_token)
        if profile.sub != claims.sub:
            raise SignInRefused("Auth0's answers contradict each other. Please try again.", reason="userinfo sub")
        return Identity(profile=profile, session_hint=claims.sid)

    async def sign_out_url(self, *, session_hint: str | None, return_to: str) -> str | None:
        """`None` where the tenant does not offer it.

        With its session named Auth0 does not ask back, and no ID token has to be kept or to stand in an address.
        https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0
        """
        address = (await self._provider.addresses()).end_session_endpoint
        if address is None:
            return None
        query = {"client_id": self._client_id, "post_logout_redirect_uri": return_to}
        hint = {"logout_hint": session_hint} if session_hint else {}
        return str(httpx.URL(address).copy_merge_params(query | hint))

    async def _redeem(self, code: str, attempt: Attempt) -> Tokens:
        """https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/get-token"""
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
            "code": code,
            "code_verifier": attempt.code_verifier,
            "redirect_uri": attempt.redirect_uri,
        }
        address = (await self._provider.addresses()).token_endpoint
        async with translated("token"):
            answer = await self._http.post(address, data=form)
            if answer.is_success:
                return Tokens.model_validate_json(answer.content)
            if answer.is_server_error:
                answer.raise_for_status()
            if TokenRefusal.model_validate_json(answer.content).error == "invalid_grant":
                text = "The sign-in took too long or was already used. Please try to sign in again."
                raise SignInRefused(text, reason="invalid_grant")
        # Everything else tells of our settings: a wrong secret, an unknown client, a redirect that is not allowed.
        log.error("auth0.misconfigured", reason="the token endpoint refuses us", status=answer.status_code)
        raise Auth0Unavailable

    async def _profile(self, access_token: str) -> Profile:
        address = (await self._provider.addresses()).userinfo_endpoint
        async with translated("userinfo"):
            answer = await self._http.get(address, headers={"authorization": f"Bearer {access_token}"})
            return Profile.model_validate_json(answer.raise_for_status().content)
