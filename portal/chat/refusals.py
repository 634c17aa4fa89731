"""Why a frame of the client is refused, by name: an `error` frame on a socket, problem JSON over HTTP."""

from http import HTTPStatus

from portal.core.errors import BadInput, LimitReached, NotFound, PortalError


class BadFrame(BadInput):
    code = "bad_frame"


class UnknownModel(BadInput):
    code = "unknown_model"

    def __init__(self) -> None:
        super().__init__("This model does not exist any more. Choose another one.")


class TooManyLanes(BadInput):
    code = "too_many_lanes"

    def __init__(self, most: int) -> None:
        super().__init__(f"You can ask at most {most} models at once.")


class TooManyTurns(LimitReached):
    code = "too_many_turns"

    def __init__(self, most: int) -> None:
        message = f"At most {most} answers can be written for you at the same time. Wait for one to end or stop it."
        super().__init__(message, retry_after=2)


class MessageTooLong(PortalError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "message_too_long"
    title = "Too long"

    def __init__(self, most: int) -> None:
        super().__init__(f"A message can have at most {most:,} characters. Shorten it, or send it in parts.")


class TurnNotFound(NotFound):
    code = "turn_not_found"

    def __init__(self) -> None:
        super().__init__("This answer is no longer being written. Reload the page to see it.")
