"""What a failed attempt says about the request and about the endpoint.

LiteLLM makes one of its exceptions of everything that goes wrong, named after OpenAI's.
https://docs.litellm.ai/docs/exception_mapping
"""

import math
from collections.abc import Iterator
from http import HTTPStatus

import httpx
import litellm
from litellm.litellm_core_utils.exception_mapping_utils import _get_response_headers
from litellm.types.router import RouterErrors, RouterRateLimitError, RouterRateLimitErrorBasic
from litellm.utils import _get_retry_after_from_exception_header

from litellm_config.routing.presence import ClientLeft

# The same request would be refused everywhere.
REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
# The endpoint would refuse the same key a moment later too.
KEY_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}
SLOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
LONGEST_RETRY_AFTER_SECONDS = 60


def is_no_attempt(error: Exception) -> bool:
    """No endpoint was asked, or none was to blame."""
    return isinstance(error, RouterRateLimitError | RouterRateLimitErrorBasic | ClientLeft)


def is_refusal(error: Exception) -> bool:
    """The caller's own mistake: no other endpoint could do better, and this one is well."""
    return isinstance(error, litellm.BadRequestError) or status_of(error) in REFUSALS


def is_full(error: Exception) -> bool:
    """Our own limit of requests at the same time; the endpoint was not asked."""
    return RouterErrors.max_parallel_requests_exceeded.value in str(error)


def may_pass(error: Exception) -> bool:
    """Worth a second try at the same endpoint. Whoever is slow or busy only gets slower by one more request."""
    return status_of(error) not in KEY_REFUSED | SLOW | {HTTPStatus.NOT_FOUND}


def is_known_at_once(error: Exception) -> bool:
    """One such answer tells enough to leave the endpoint alone for a while."""
    return status_of(error) in KEY_REFUSED | SLOW or is_unreachable(error)


def says_nothing(error: Exception) -> bool:
    """Of how the endpoint is: our own limit was reached, or it lacks a path, such as that of embeddings."""
    return is_full(error) or status_of(error) == HTTPStatus.NOT_FOUND


def is_unreachable(error: Exception) -> bool:
    """Nobody listens. A connection that breaks off says less: it may just have been kept open too long."""
    return any(isinstance(reason, httpx.ConnectError) for reason in reasons(error))


def reasons(error: BaseException) -> Iterator[BaseException]:
    """The error and those that led to it, up to the try before, in whose handling LiteLLM makes the next."""
    reason: BaseException | None = error
    while reason and (reason is error or not hasattr(reason, "may_try_again")):
        yield reason
        reason = reason.__cause__ or reason.__context__


def rest_seconds(error: Exception, usual: float) -> int:
    """As long as the endpoint asks for, within reason. Redis counts whole seconds."""
    headers = _get_response_headers(original_exception=error)
    asked = _get_retry_after_from_exception_header(response_headers=headers) if headers else None
    if status_of(error) == HTTPStatus.TOO_MANY_REQUESTS and asked and asked > 0:
        return min(int(asked), LONGEST_RETRY_AFTER_SECONDS)
    return math.ceil(usual)


def status_of(error: Exception) -> int:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else HTTPStatus.INTERNAL_SERVER_ERROR
