"""Auth0 as its documentation describes it, and as it must never be.

https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/authorize-with-pkce
https://auth0.com/docs/api/authentication/authorization-code-flow-with-pkce/get-token
https://auth0.com/docs/api/authentication/user-profile/get-user-info
https://auth0.com/docs/authenticate/login/configure-silent-authentication
https://auth0.com/docs/authenticate/login/max-age-reauthentication
https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0

It knows one browser: `session` is what its own cookie would stand for there.
A wrong client secret is answered with 401 `access_denied`, a code that is wrong, old or used with 403 `invalid_grant`.
"""

import asyncio
import base64
import hashlib
import html
import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

CLIENT_ID = "the-application"
CLIENT_SECRET = "the-secret-of-the-application"


@dataclass
class User:
    sub: str = field(default_factory=lambda: f"auth0|{secrets.token_hex(12)}")
    name: str | None = "Alice Example"
    email: str | None = "alice@example.com"
    email_verified: bool = True


@dataclass
class FakeAuth0:
    """`types_password`: whoever sees the page signs in at once; otherwise there is a page with a button.

    `changes` are laid over the ID token's claims, `None` takes one away; `lies` over userinfo and discovery.
    """

    user: User = field(default_factory=User)
    types_password: bool = True
    algorithm: str = "RS256"
    changes: dict[str, Any] = field(default_factory=dict)
    userinfo_lies: dict[str, Any] = field(default_factory=dict)
    discovery_lies: dict[str, Any] = field(default_factory=dict)
    answers_error: str = ""
    down: set[str] = field(default_factory=set)
    garbled: set[str] = field(default_factory=set)
    stalls: set[str] = field(default_factory=set)
    publishes_keys: bool = True
    session: dict[str, Any] | None = None
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, User] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    authorize_queries: list[dict[str, str]] = field(default_factory=list)
    logout_queries: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = self._published = _new_key()

    def rotates_its_key(self, *, publishes: bool = True) -> None:
        self._key = _new_key()
        if publishes:
            self._published = self._key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = request.url.path
        self.asked[path] += 1
        response = await self._misbehaved(path) or await self._answer(request)
        await response(scope, receive, send)

    async def _misbehaved(self, path: str) -> Response | None:
        if {path, "*"} & self.stalls:
            await asyncio.sleep(60)
        if {path, "*"} & self.down:
            return PlainTextResponse("Service Unavailable", 503)
        if {path, "*"} & self.garbled:
            return PlainTextResponse("<html>")
        return None

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        answers = {
            "/.well-known/openid-configuration": self._discovery,
            "/.well-known/jwks.json": self._keys,
            "/authorize": self._authorize,
            "/u/login": self._authorize,
            "/oauth/token": lambda request: self._token(_issuer(request), _single(body)),
            "/userinfo": self._userinfo,
            "/oidc/logout": self._logout,
        }
        return answers[request.url.path](request)

    def _keys(self, _: Request) -> Response:
        public = self._published.as_dict(private=False) | {"use": "sig", "alg": "RS256"}
        return JSONResponse({"keys": [public]})

    def _logout(self, request: Request) -> Response:
        self.logout_queries.append(dict(request.query_params))
        self.session = None
        return RedirectResponse(request.query_params["post_logout_redirect_uri"])

    def _discovery(self, request: Request) -> Response:
        """https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery"""
        issuer = _issuer(request)
        known = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}authorize",
            "token_endpoint": f"{issuer}oauth/token",
            "userinfo_endpoint": f"{issuer}userinfo",
            "jwks_uri": f"{issuer}.well-known/jwks.json",
            "end_session_endpoint": f"{issuer}oidc/logout",
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["HS256", "RS256"],
        }
        return JSONResponse(known | self.discovery_lies)

    def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        if request.url.path == "/authorize":
            self.authorize_queries.append(query)
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
            return PlainTextResponse("Unknown client", 403)
        if query.get("code_challenge_method") != "S256" or "openid" not in query.get("scope", ""):
            return PlainTextResponse("Bad request", 400)
        if self.answers_error:
            return _back(query, error=self.answers_error, error_description="Words <b>of Auth0</b>.")
        if not self._is_session_good(query):
            if query.get("prompt") == "none":
                return _back(query, error="login_required", error_description="Login required")
            if not self.types_password and request.url.path == "/authorize":
                return _login_page(query)
            self.session = {"user": self.user, "auth_time": int(time.time()), "sid": secrets.token_urlsafe(24)}
        code = secrets.token_urlsafe(24)
        self.codes[code] = {**query, **self.session}
        return _back(query, code=code)

    def _is_session_good(self, query: dict[str, str]) -> bool:
        if self.session is None or query.get("prompt") == "login":
            return False
        return "max_age" not in query or self.session["auth_time"] + int(query["max_age"]) > time.time()

    def _token(self, issuer: str, form: dict[str, str]) -> Response:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return JSONResponse({"error": "access_denied", "error_description": "Unauthorized"}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant", "error_description": "Invalid authorization code"}, 403)
        access_token = secrets.token_urlsafe(24)
        self.tokens[access_token] = asked["user"]
        id_token = self._id_token(issuer, asked)
        return JSONResponse(
            {"access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 86400}
        )

    def _id_token(self, issuer: str, asked: dict[str, Any]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            **_profile(asked["user"]),
            "iss": issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 36000,
            "nonce": asked.get("nonce"),
            "sid": asked["sid"],
        }
        if "max_age" in asked or asked.get("prompt") == "login":
            claims["auth_time"] = asked["auth_time"]
        claims = {name: value for name, value in (claims | self.changes).items() if value is not None}
        if self.algorithm == "none":
            header = {"alg": "none", "typ": "JWT", "kid": self._key.kid}
            return f"{_base64(json.dumps(header).encode())}.{_base64(json.dumps(claims).encode())}."
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256", "kid": self._key.kid}, claims, OctKey.import_key(CLIENT_SECRET))
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)

    def _userinfo(self, request: Request) -> Response:
        user = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if user is None:
            return PlainTextResponse("Unauthorized", 401)
        return JSONResponse(_profile(user) | self.userinfo_lies)


def _profile(user: User) -> dict[str, Any]:
    known = {"sub": user.sub, "name": user.name, "email": user.email, "email_verified": user.email_verified}
    return {name: value for name, value in known.items() if value is not None}


def _issuer(request: Request) -> str:
    """With a slash at the end, as Auth0 writes it."""
    return f"http://{request.headers['host']}/"


def _back(query: dict[str, str], **answer: str) -> Response:
    return RedirectResponse(f"{query['redirect_uri']}?{urlencode({**answer, 'state': query.get('state', '')})}")


def _login_page(query: dict[str, str]) -> Response:
    fields = "".join(
        f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in query.items()
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><title>Log in</title><link rel="icon" href="data:,">'
        f'<form action="/u/login">{fields}<button>Continue</button></form></html>'
    )


def _single(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": secrets.token_hex(8)})
