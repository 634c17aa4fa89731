"""Access tokens: a session, for programs and sockets, as a JWT that ends after a quarter of an hour.

A token names its session, and is good as long as that: signing out ends it at once, on every instance.
https://www.rfc-editor.org/rfc/rfc7519 and, for what is refused, https://www.rfc-editor.org/rfc/rfc8725
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from pydantic import BaseModel, ConfigDict, ValidationError

from portal.accounts.session import Session, Sessions
from portal.core.clock import Clock
from portal.core.errors import PortalError
from portal.core.settings import Settings
from portal.models import Kind

ALGORITHM = "HS256"
ISSUER = "portal"
AUDIENCE = "portal:api"
LIFE = timedelta(minutes=15)
# Instances' clocks may differ by so much.
SKEW_SECONDS = 10
KEY_ID_LENGTH = 16


class TokenRefused(PortalError):
    status = HTTPStatus.UNAUTHORIZED
    code = "token_refused"
    title = "The access token is not valid"

    def __init__(self) -> None:
        super().__init__("This access token is wrong, too old, or its session has ended. Ask for a new one.")


class Claims(BaseModel):
    """What a token says; `sid` is the digest under which its session is kept."""

    model_config = ConfigDict(frozen=True)

    iss: str = ISSUER
    aud: str = AUDIENCE
    sub: UUID
    kind: Kind
    sid: str
    iat: int
    exp: int


class Tokens:
    def __init__(self, secrets: Sequence[str], sessions: Sessions, clock: Clock) -> None:
        """`secrets`, newest first: the first signs, each is believed, so one can be replaced without a gap."""
        self._keys = KeySet([OctKey.import_key(secret, {"kid": _key_id(secret)}) for secret in secrets])
        self._newest = _key_id(secrets[0])
        self._sessions = sessions
        self._clock = clock

    def issue(self, session: Session, session_digest: str) -> str:
        now = int(self._clock().timestamp())
        claims = Claims(
            sub=session.person_id, kind=session.kind, sid=session_digest, iat=now, exp=now + int(LIFE.total_seconds())
        )
        header = {"alg": ALGORITHM, "kid": self._newest}
        return jwt.encode(header, claims.model_dump(mode="json"), self._keys, algorithms=[ALGORITHM])

    def verify(self, token: str) -> Claims:
        """Raises `TokenRefused`. Whether the session goes on is for `session` to say."""
        expected = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
        )
        try:
            found = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            expected.validate(found.claims)
            return Claims.model_validate(found.claims)
        except (JoseError, ValidationError, ValueError) as error:
            raise TokenRefused from error

    async def session(self, token: str) -> Session:
        """The session that the token stands for; `TokenRefused` when it has ended."""
        claims = self.verify(token)
        session = await self._sessions.find_by_digest(claims.sid)
        if session is None or session.person_id != claims.sub:
            raise TokenRefused
        return session


def token_secrets(settings: Settings) -> tuple[str, ...]:
    """Without a setting one that follows from LiteLLM's key, so that every instance has the same."""
    if settings.token_secrets:
        return tuple(secret.get_secret_value() for secret in settings.token_secrets)
    return (_derived(settings.litellm_admin_key.get_secret_value(), "access tokens"),)


def _key_id(secret: str) -> str:
    return _derived(secret, "key id")[:KEY_ID_LENGTH]


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), f"portal {purpose}".encode(), hashlib.sha256).hexdigest()
