"""The errors of the API, each in OpenAI's shape: status, type, code, message."""

import json
from http import HTTPStatus

RETRY_SECONDS = 5
Headers = tuple[tuple[bytes, bytes], ...]

TYPES = {HTTPStatus.FORBIDDEN: "permission_error", HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error"}


class ApiError(Exception):
    """`message` goes to the client, `code` to the client and the log; neither ever carries a secret."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        kind: str | None = None,
        param: str | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(message)
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        self.status, self.code, self.message, self.param = int(status), code, message, param
        self.kind = kind or ("server_error" if is_ours else TYPES.get(HTTPStatus(status), "invalid_request_error"))
        self.headers = headers

    def body(self) -> bytes:
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return json.dumps({"error": error}, ensure_ascii=False).encode()

    def event(self) -> bytes:
        """The same as the last event of a stream: the SDKs raise it."""
        return b"data: " + self.body() + b"\n\n"


def retry_after(seconds: str | int = RETRY_SECONDS) -> Headers:
    return ((b"retry-after", str(seconds).encode()),)


def not_found() -> ApiError:
    return ApiError(404, "not_found", "There is nothing here. The documentation lists the paths of this API.")


def method_not_allowed(allowed: str) -> ApiError:
    message = f"This path answers {allowed} only."
    return ApiError(405, "method_not_allowed", message, headers=((b"allow", allowed.encode()),))


def missing_api_key() -> ApiError:
    message = "You need an API key: send it as `Authorization: Bearer <key>`. The keys page makes you one."
    return ApiError(401, "missing_api_key", message, headers=((b"www-authenticate", b"Bearer"),))


def invalid_api_key() -> ApiError:
    return ApiError(401, "invalid_api_key", "This API key is not valid. Check it, or create one on the keys page.")


def form_needed() -> ApiError:
    return ApiError(400, "invalid_request", "Please send this as a form (multipart/form-data) with `file` and `model`.")


def body_too_large(limit: int) -> ApiError:
    return ApiError(413, "body_too_large", f"The request is larger than the {limit} bytes allowed.")


def no_room() -> ApiError:
    message = "Too many large requests are under way right now. Please try again in a moment."
    return ApiError(503, "gateway_busy", message, headers=retry_after())


def body_too_slow() -> ApiError:
    return ApiError(408, "request_timeout", "The request did not arrive in time. Please send it again.")


def model_not_found(model: str | None) -> ApiError:
    name = f"`{model}`" if model else "you asked for"
    message = f"The model {name} does not exist or your key has no access to it. GET /api/v1/models lists your models."
    return ApiError(404, "model_not_found", message, param="model")


def model_unavailable(seconds: str | int = RETRY_SECONDS) -> ApiError:
    message = "None of this model's endpoints can answer right now. Please try again in a moment."
    return ApiError(503, "model_unavailable", message, headers=retry_after(seconds))


def gateway_starting() -> ApiError:
    message = "The gateway is starting. Please try again in a few seconds."
    return ApiError(503, "gateway_starting", message, headers=retry_after())


def gateway_unavailable() -> ApiError:
    message = "The gateway is not available right now. Please try again in a moment."
    return ApiError(503, "gateway_unavailable", message, headers=retry_after())


def upstream_timeout() -> ApiError:
    return ApiError(504, "upstream_timeout", "The model took too long to answer. Please try again.")


def upstream_error() -> ApiError:
    return ApiError(502, "upstream_error", "The model could not answer. Please try again or choose another model.")


def stream_interrupted() -> ApiError:
    return ApiError(502, "stream_interrupted", "The answer broke off before its end. Please try again.")


def internal_error() -> ApiError:
    return ApiError(500, "internal_error", "Something went wrong on our side. Please try again.")
