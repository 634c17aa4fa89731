"""What goes to Auth0 and what comes back, as far as we use it."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Attempt(BaseModel):
    """One way to Auth0 and back. `max_age`: so long ago the person may have proved who they are, at most.

    `prompt`: `login` asks for the password in any case, `none` never shows a page.
    """

    model_config = ConfigDict(frozen=True)

    started_at: datetime
    redirect_uri: str
    nonce: str
    code_verifier: str
    prompt: Literal["login", "none"] | None
    max_age: timedelta | None

    @property
    def authenticated_since(self) -> datetime | None:
        return None if self.max_age is None else self.started_at - self.max_age


class Profile(BaseModel):
    """https://auth0.com/docs/api/authentication/user-profile/get-user-info"""

    model_config = ConfigDict(frozen=True)

    sub: str
    name: str | None = None
    email: str | None = None
    email_verified: bool = False


class Identity(BaseModel):
    """Somebody whom Auth0 knows. `session_hint` names Auth0's own session, for signing out of it."""

    model_config = ConfigDict(frozen=True)

    profile: Profile
    session_hint: str | None


class Tokens(BaseModel):
    """Used at once and never kept."""

    access_token: str
    id_token: str


class TokenRefusal(BaseModel):
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    error: str
