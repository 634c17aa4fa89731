"""What can go wrong, by name. The status belongs to the condition, so it sits on the class.

PortalError                 500 on purpose: an unnamed error is a bug and should look like one
├─ NotFound 404             also for "not yours"
├─ SignInNeeded 401         a page sends people to sign in and back
├─ NotAllowed 403 ─ FreshSignInNeeded
├─ Conflict 409 ─ KeyLimitReached
├─ LimitReached 429         retry_after
├─ BadInput 422             field → what is wrong with it
├─ BodyTooLarge 413
└─ Unavailable 503          which service, retry_after
"""

from http import HTTPStatus


class PortalError(Exception):
    """`message` is for people, `code` for programs and logs; neither ever carries a secret."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error"
    title = "Something went wrong on our side"
    # What to do next, where a page of ours helps: what its button says, and its path.
    next_step: tuple[str, str] | None = None

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class NotFound(PortalError):
    status = HTTPStatus.NOT_FOUND
    code = "not_found"
    title = "Not found"


class SignInNeeded(PortalError):
    status = HTTPStatus.UNAUTHORIZED
    code = "sign_in_needed"
    title = "Please sign in"

    def __init__(self) -> None:
        super().__init__("Please sign in first.")


class NotAllowed(PortalError):
    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"
    title = "Not allowed"


class FreshSignInNeeded(NotAllowed):
    code = "fresh_sign_in_needed"
    title = "Please sign in again"

    def __init__(self) -> None:
        super().__init__("This needs a sign-in from just now. Please sign in again, then repeat it.")


class Conflict(PortalError):
    status = HTTPStatus.CONFLICT
    code = "conflict"
    title = "Not possible right now"


class KeyLimitReached(Conflict):
    code = "key_limit_reached"
    title = "You already have a key"


class LimitReached(PortalError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "limit_reached"
    title = "Too many requests"


class BodyTooLarge(PortalError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "body_too_large"
    title = "Too large"


class BadInput(PortalError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad_input"
    title = "Please check what you entered"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Unavailable(PortalError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    title = "Not available right now"

    def __init__(self, service: str, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message, retry_after=retry_after)
        self.service = service
