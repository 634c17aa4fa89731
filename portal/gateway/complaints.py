"""What LiteLLM's errors mean for the caller.

Its messages name hashes of keys, deployments, addresses and what an endpoint answered, so none is passed on,
except a remark about the caller's own request, which is cleaned first.
"""

import re

from portal.clients.litellm_complaint import Complaint
from portal.gateway import errors
from portal.gateway.errors import ApiError

LONGEST_MESSAGE = 400
GENERIC_MESSAGE = "The request was refused as invalid. Check its parameters against the documentation of the model."

# LiteLLM names its error classes, and the route, before what was said ...
PREAMBLE = re.compile(r"^(?:/[\w/]+:\s*|(?:litellm\.)?\w*(?:Error|Exception)\b\s*[:-]\s*)+")
# ... and its own affairs after it.
AFTERWORD = re.compile(
    r"\.?\s*(?:Received Model Group|Available Model Group|LiteLLM Retried|, LiteLLM Max Retries|LiteLLM:|Traceback).*",
    re.DOTALL,
)
PRIVATE = re.compile(
    r"\w+://\S+"  # addresses
    r"|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:local|internal|svc|lan)\b\S*"
    r"|\blocalhost\S*"
    r"|\b(?:sk|pk|key)-[\w*.-]+|\bBearer\s+\S+"  # keys
    r"|\b[0-9a-fA-F]{16,}\b|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"  # hashes and ids
    r"|(?:/[\w.-]+){2,}"  # paths
)
TELLTALE = re.compile(r"litellm|api_base|deployment|virtual key|\buser_id\b|\bteam_id\b", re.IGNORECASE)


def answer_to(said: Complaint, *, retry_after: str | None = None, model: str | None = None) -> ApiError:
    seconds = retry_after if retry_after and retry_after.isdecimal() else None
    return about_model(said, seconds, model) or (
        from_model(said, seconds) if said.is_from_model else from_proxy(said, seconds)
    )


def about_model(said: Complaint, seconds: str | None, model: str | None) -> ApiError | None:
    """What is recognised by its words, whoever said it."""
    if said.is_about_unknown_model:
        return errors.model_not_found(model)
    if said.is_about_no_endpoint:
        return errors.model_unavailable(seconds or errors.RETRY_SECONDS)
    if said.is_about_context:
        return ApiError(400, "context_length_exceeded", cleaned(said.message), param="messages")
    if said.is_about_content:
        message = "The model's endpoint refused this content. Please change your request."
        return ApiError(400, "content_policy_violation", message)
    return None


def from_model(said: Complaint, seconds: str | None) -> ApiError:
    """An endpoint that refuses its own key, or lacks the model, is the operator's affair: no 401 or 404 here."""
    if said.says("Timeout on reading data"):
        return errors.upstream_timeout()
    match said.status:
        case 400 | 413 | 422:
            return invalid_request(said)
        case 408 | 504:
            return errors.upstream_timeout()
        case 429:
            message = "The model is busy and takes no more requests right now. Please try again in a moment."
            return ApiError(
                429, "rate_limit_exceeded", message, headers=errors.retry_after(seconds or errors.RETRY_SECONDS)
            )
        case 503:
            return errors.model_unavailable(seconds or errors.RETRY_SECONDS)
        case _:
            return errors.upstream_error()


def from_proxy(said: Complaint, seconds: str | None) -> ApiError:  # noqa: PLR0911 - a table, one line per status
    if error := about_key(said):
        return error
    match said.status:
        case 408 | 504:
            return errors.upstream_timeout()
        case 429:
            return limit_reached(said, seconds)
        case 413:
            return ApiError(413, "body_too_large", "The request is larger than the gateway allows.")
        case 400 | 422:
            return invalid_request(said)
        case 502:
            return errors.upstream_error()
        case 503:
            return errors.gateway_unavailable()
        case _:
            return errors.internal_error()


def about_key(said: Complaint) -> ApiError | None:  # noqa: PLR0911 - as above
    if said.kind == "expired_key":
        return ApiError(401, "expired_api_key", "This API key has expired. Create a new one on the keys page.")
    if said.is_about_budget:
        message = "The budget of this key is used up. The account page tells when it is renewed."
        return ApiError(429, "insufficient_quota", message, kind="insufficient_quota")
    if said.kind == "no_db_connection":
        return errors.gateway_unavailable()
    match said.status:
        case 401 if said.says(" is blocked"):
            return ApiError(401, "blocked_api_key", "This API key is blocked. Ask the operator of this site why.")
        case 401:
            return errors.invalid_api_key()
        case 403:
            return ApiError(403, "not_allowed", "This API key is not allowed to do that.")
        case _:
            return None


def limit_reached(said: Complaint, seconds: str | None) -> ApiError:
    """The limiter says "Limit type: requests. Current limit: 3, Remaining: 0", after a hash of the key."""
    kind = re.search(r"Limit type: (requests|tokens|max_parallel_requests)", said.message)
    limit = re.search(r"Current limit: (\d+)", said.message)
    what = {"max_parallel_requests": "requests at the same time"}.get(kind[1], f"{kind[1]} a minute") if kind else ""
    message = f"You have reached your limit of {limit[1]} {what}." if limit and what else "You have reached your limit."
    # LiteLLM names the length of its window in any case, but a request in parallel is over sooner.
    wait = 1 if kind and kind[1] == "max_parallel_requests" else seconds or errors.RETRY_SECONDS
    headers = errors.retry_after(wait)
    return ApiError(429, "rate_limit_exceeded", f"{message} Please try again later.", headers=headers)


def invalid_request(said: Complaint) -> ApiError:
    return ApiError(400, "invalid_request", cleaned(said.message), param=said.param)


def cleaned(message: str) -> str:
    """The remark alone, without private names; a sentence of our own when too little of it would be left."""
    remark = AFTERWORD.sub("", PREAMBLE.sub("", message)).strip()
    remark = PRIVATE.sub("[hidden]", remark)
    if not remark or TELLTALE.search(remark):
        return GENERIC_MESSAGE
    return remark[:LONGEST_MESSAGE]
