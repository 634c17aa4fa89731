"""Why a model gave no whole answer, by name, in words for the person who asked.

LiteLLM's own words name keys, addresses and what an endpoint answered, so none of them goes further than this.

CompletionFailed            code, text, retryable, retry_after
├─ ModelNotFound · ModelUnavailable · ContentRefused · ContextTooLong · RequestRefused
├─ RateLimited · BudgetExceeded
└─ TimedOut · BrokenOff · UpstreamFailed · GatewayUnavailable ─ KeyRefused
"""

import re

from portal.clients.litellm_complaint import Complaint

RETRY_SECONDS = 5


class CompletionFailed(Exception):
    """`text` is for people, `code` for programs and logs; neither ever carries a secret."""

    code = "upstream_failed"
    text = "The model could not answer. Try again, or choose another model."
    retryable = True

    def __init__(self, text: str | None = None, *, retry_after: int | None = None) -> None:
        self.text = text or self.text
        super().__init__(self.text)
        self.retry_after = retry_after


class UpstreamFailed(CompletionFailed):
    pass


class BrokenOff(CompletionFailed):
    text = "The answer broke off before its end. Try again, or choose another model."


class TimedOut(CompletionFailed):
    code = "timeout"
    text = "The model took too long to answer. Try again, or choose another model."


class ModelNotFound(CompletionFailed):
    code = "model_not_found"
    text = "This model does not exist any more, or it is not open to you. Choose another model."
    retryable = False


class ModelUnavailable(CompletionFailed):
    code = "model_unavailable"
    text = "This model can't answer right now. Try again in a moment, or choose another model."


class RateLimited(CompletionFailed):
    code = "rate_limited"
    text = "The model is busy and takes no more questions right now. Try again in a moment, or choose another model."


class BudgetExceeded(CompletionFailed):
    code = "budget_exceeded"
    text = "Your budget is used up. The usage page tells when it is renewed."
    retryable = False


class ContextTooLong(CompletionFailed):
    code = "context_too_long"
    text = "This is too long for the model. Shorten your message, or choose a model with a larger context."
    retryable = False


class ContentRefused(CompletionFailed):
    code = "content_refused"
    text = "The model refused this content. Change your message, or choose another model."
    retryable = False


class RequestRefused(CompletionFailed):
    text = "The model did not accept this question. Check temperature and the other settings, or choose another model."
    retryable = False


class GatewayUnavailable(CompletionFailed):
    code = "gateway_unavailable"
    text = "The gateway is starting or not available. Try again in a moment."


class KeyRefused(GatewayUnavailable):
    """The person's key of the chat is not, or no longer, good."""


def failure_of(said: Complaint, *, retry_after: str = "") -> CompletionFailed:
    seconds = int(retry_after) if retry_after.isdecimal() else RETRY_SECONDS
    return _by_words(said, seconds) or _by_status(said, seconds)


def _by_words(said: Complaint, seconds: int) -> CompletionFailed | None:  # noqa: PLR0911 - a table, a line per case
    if said.is_about_unknown_model:
        return ModelNotFound()
    if said.is_about_no_endpoint:
        return ModelUnavailable(retry_after=seconds)
    if said.is_about_context:
        return ContextTooLong()
    if said.is_about_content:
        return ContentRefused()
    if said.is_about_budget:
        return BudgetExceeded()
    if said.kind == "no_db_connection":
        return GatewayUnavailable()
    if said.says("Timeout on reading data"):
        return TimedOut()
    return None


def _by_status(said: Complaint, seconds: int) -> CompletionFailed:
    match said.status:
        case 400 | 413 | 422:
            return RequestRefused()
        case 408 | 504:
            return TimedOut()
        case 429:
            return RateLimited(retry_after=seconds) if said.is_from_model else _limit_reached(said, seconds)
        case 503:
            return ModelUnavailable(retry_after=seconds) if said.is_from_model else GatewayUnavailable()
        case 401 | 403 if not said.is_from_model:
            return KeyRefused()
        case _:
            return UpstreamFailed()


def _limit_reached(said: Complaint, seconds: int) -> CompletionFailed:
    """The limiter says "Limit type: requests. Current limit: 3, Remaining: 0", after a hash of the key."""
    kind = re.search(r"Limit type: (requests|tokens|max_parallel_requests)", said.message)
    limit = re.search(r"Current limit: (\d+)", said.message)
    if kind and kind[1] == "max_parallel_requests":
        most = f" {limit[1]}" if limit else ""
        # LiteLLM names the length of its window in any case, but an answer in parallel is over sooner.
        text = f"You have reached your limit of{most} answers at the same time. Wait for one to end, then try again."
        return RateLimited(text, retry_after=1)
    what = f" of {limit[1]} {kind[1]} a minute" if kind and limit else ""
    return RateLimited(f"You have reached your limit{what}. Try again in {seconds} seconds.", retry_after=seconds)
