"""The errors of the API for people; a test holds this table to the errors that the gateway answers."""

from typing import NamedTuple


class ErrorRow(NamedTuple):
    status: int
    code: str
    happened: str
    todo: str


AGAIN = "Try again after Retry-After seconds; the SDKs do so by themselves."

ERRORS = (
    ErrorRow(400, "invalid_request", "A field is missing or wrong.", "message and param say which one."),
    ErrorRow(
        400,
        "context_length_exceeded",
        "The messages are longer than the model's context.",
        "Leave out old messages, or choose a model with a larger context.",
    ),
    ErrorRow(400, "content_policy_violation", "The model refuses this content.", "Change the request."),
    ErrorRow(401, "missing_api_key", "No key was sent.", "Send Authorization: Bearer <key>."),
    ErrorRow(401, "invalid_api_key", "The key is not known, or was revoked.", "Check it, or make a new one."),
    ErrorRow(401, "expired_api_key", "The key's time is over.", "Renew it on the keys page."),
    ErrorRow(401, "blocked_api_key", "The operator has blocked the key.", "Ask the operator why."),
    ErrorRow(403, "not_allowed", "The key may not do this.", "Use another key or another path."),
    ErrorRow(404, "model_not_found", "There is no such model, or not for your key.", "List your models."),
    ErrorRow(404, "not_found", "There is no such path.", "Check the base URL: it ends in /api/v1."),
    ErrorRow(405, "method_not_allowed", "The path wants another method.", "See the Allow header."),
    ErrorRow(408, "request_timeout", "Your request did not arrive in time.", "Send it again."),
    ErrorRow(413, "body_too_large", "The request is too large.", "Send less; the limit is in the message."),
    ErrorRow(429, "rate_limit_exceeded", "A limit is reached, or the model is busy.", AGAIN),
    ErrorRow(429, "insufficient_quota", "The budget is used up.", "Wait until it is renewed; see your account."),
    ErrorRow(500, "internal_error", "Something went wrong on our side.", "Try again; tell us the request id."),
    ErrorRow(502, "upstream_error", "The model could not answer.", "Try again, or choose another model."),
    ErrorRow(
        502, "stream_interrupted", "The answer broke off; this comes as the last event of the stream.", "Ask again."
    ),
    ErrorRow(503, "model_unavailable", "None of the model's endpoints answers.", AGAIN),
    ErrorRow(503, "gateway_busy", "Too many large requests are under way.", AGAIN),
    ErrorRow(503, "gateway_starting", "The gateway is starting.", AGAIN),
    ErrorRow(503, "gateway_unavailable", "The gateway does not answer.", AGAIN),
    ErrorRow(504, "upstream_timeout", "The model took too long.", "Try again, or ask for fewer tokens."),
)
