"""Which browser set out to sign in: a signed cookie of ten minutes, so that nobody can finish another's sign-in.

Without it, a link with somebody else's answer would sign a person in as that somebody (login CSRF,
https://www.rfc-editor.org/rfc/rfc9700#section-4.7).
Several tabs of one browser share the cookie.
"""

import hashlib
import hmac
from datetime import timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from portal.core.clock import Clock
from portal.core.crypto import digest, new_session_token

LASTS = timedelta(minutes=10)
ALGORITHMS = ["HS256"]


class BrowserCookie:
    def __init__(self, secret: SecretStr, clock: Clock, *, https: bool) -> None:
        # The secret may be shared with other uses (LiteLLM's key) or be short.
        self._key = OctKey.import_key(
            hmac.digest(secret.get_secret_value().encode(), b"portal auth0 browser", hashlib.sha256)
        )
        self._clock = clock
        self._secure = https
        # With this prefix a browser takes the cookie from our own host alone, not from one below the same domain.
        self.name = "__Host-portal_auth0" if https else "portal_auth0"

    def known(self, request: Request) -> str | None:
        """The browser's name as we keep it, a digest; `None` without a cookie of ours that is still good."""
        browser = self._read(request)
        return digest(browser) if browser else None

    def name_of(self, request: Request) -> str:
        """The browser's own name: the one it came with, or a new one."""
        return self._read(request) or new_session_token()

    def keep(self, response: Response, browser: str) -> None:
        now = int(self._clock().timestamp())
        claims = {"browser": browser, "exp": now + int(LASTS.total_seconds())}
        response.set_cookie(
            self.name,
            jwt.encode({"alg": "HS256"}, claims, self._key),
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def _read(self, request: Request) -> str | None:
        try:
            token = jwt.decode(request.cookies.get(self.name, ""), self._key, algorithms=ALGORITHMS)
            now = int(self._clock().timestamp())
            JWTClaimsRegistry(now, browser={"essential": True}, exp={"essential": True}).validate(token.claims)
        except (JoseError, ValueError):
            return None
        return str(token.claims["browser"])
