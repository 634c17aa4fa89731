"""What LiteLLM 1.108 says, as its source writes it, and what becomes of it."""

import json

import httpx
import pytest

from portal.gateway.complaints import cleaned

pytestmark = pytest.mark.req("G10")

HASH = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"
SECRETS = (
    HASH,
    HASH[:16],
    "sk-...abcd",
    "sk-endpoint",
    "10.0.0.7",
    "vllm-1.internal",
    "litellm",
    "LiteLLM",
    "chatapi-pless",
    "alice@example.com",
)
AFTERWORD = (
    ". Received Model Group=gpt\nAvailable Model Group Fallbacks=None LiteLLM Retried: 2 times, LiteLLM Max Retries: 2"
)


def error(message: str, kind: str | None = None, code: str | None = None, param: str | None = None) -> dict:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


COMPLAINTS = [
    # About the key: proxy/auth/user_api_key_auth.py, auth_checks.py, auth_exception_handler.py
    (
        401,
        error(
            f"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...abcd, Key Hash (Token) ={HASH}. Unable to find token in cache or `LiteLLM_VerificationTokenTable`",
            "token_not_found_in_db",
            "401",
            "key",
        ),
        401,
        "invalid_api_key",
    ),
    (
        401,
        error(
            "LiteLLM Virtual Key expected. Received=abcd****wxyz, expected to start with 'sk-'.",
            "auth_error",
            "401",
            "None",
        ),
        401,
        "invalid_api_key",
    ),
    (
        401,
        error(
            "Authentication Error - Expired Key. Key Expiry time 2026-01-01 00:00:00+00:00 and current time 2026-01-02 00:00:00+00:00",
            "expired_key",
            "401",
            "sk-...abcd",
        ),
        401,
        "expired_api_key",
    ),
    (
        401,
        error(
            "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
            "auth_error",
            "401",
            "None",
        ),
        401,
        "blocked_api_key",
    ),
    (
        401,
        error(
            "Authentication Error, Team=chatapi-pless is blocked. Update via `/team/unblock` if you're an admin.",
            "auth_error",
            "401",
            "None",
        ),
        401,
        "blocked_api_key",
    ),
    (
        403,
        error(
            "Virtual key is not allowed to call this route. Only allowed to call routes: ['/x']. Tried to call route: /v1/responses",
            "auth_error",
            "403",
            "None",
        ),
        403,
        "not_allowed",
    ),
    (
        429,
        error(f"Budget has been exceeded! Key={HASH} Current cost: 1.2, Max budget: 1.0", "budget_exceeded", "429"),
        429,
        "insufficient_quota",
    ),
    (
        400,
        error(
            "Budget has been exceeded! Team=chatapi-pless Current cost: 1.2, Max budget: 1.0", "budget_exceeded", "400"
        ),
        429,
        "insufficient_quota",
    ),
    (
        422,
        error("ExceededBudget: User=alice@example.com over budget. Spend=0.0, Budget=0.0", "budget_exceeded", "422"),
        429,
        "insufficient_quota",
    ),
    (400, error("No connected db.", "no_db_connection", "400"), 503, "gateway_unavailable"),
    # About limits: proxy/hooks/parallel_request_limiter_v3.py
    (
        429,
        error(
            f"Rate limit exceeded for api_key: {HASH}. Limit type: requests. Current limit: 3, Remaining: 0. Limit resets at: 2026-01-01 00:01:00 UTC",
            "rate_limit_error",
            "429",
        ),
        429,
        "rate_limit_exceeded",
    ),
    # About the model: proxy/route_llm_request.py, model_access_denied.py, types/router.py
    (
        400,
        error(
            "/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.",
            "invalid_request_error",
            "400",
        ),
        404,
        "model_not_found",
    ),
    (
        403,
        error(
            "The requested model 'gpt-9' is not available for this API key, or the model name is invalid. Check the models available to you and try again.",
            "key_model_access_denied",
            "403",
            "model",
        ),
        404,
        "model_not_found",
    ),
    (
        403,
        error(
            "The requested model 'gpt-9' is not available for this API key, or the model name is invalid.",
            "team_model_access_denied",
            "403",
            "model",
        ),
        404,
        "model_not_found",
    ),
    (
        429,
        error(
            "No deployments available for selected model, Try again in 5 seconds. Passed model=gpt. pre-call-checks=False, cooldown_list=['"
            + HASH
            + "']",
            "None",
            "429",
        ),
        503,
        "model_unavailable",
    ),
    # What an endpoint said: exceptions.py
    (
        401,
        error(
            "litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-endpoint"
            + AFTERWORD,
            None,
            "401",
        ),
        502,
        "upstream_error",
    ),
    (
        403,
        error(
            "litellm.PermissionDeniedError: OpenAIException - no access for alice@example.com" + AFTERWORD, None, "403"
        ),
        502,
        "upstream_error",
    ),
    (
        404,
        error(
            "litellm.NotFoundError: OpenAIException - The model `llama` does not exist at http://vllm-1.internal:8000"
            + AFTERWORD,
            None,
            "404",
        ),
        502,
        "upstream_error",
    ),
    (
        408,
        error(
            "litellm.Timeout: APITimeoutError - Request timed out. Error_str: Request timed out. 10.0.0.7" + AFTERWORD,
            None,
            "408",
        ),
        504,
        "upstream_timeout",
    ),
    (
        429,
        error(
            "litellm.RateLimitError: RateLimitError: OpenAIException - slow down, sk-endpoint" + AFTERWORD,
            "throttling_error",
            "429",
        ),
        429,
        "rate_limit_exceeded",
    ),
    (
        500,
        error(
            "litellm.InternalServerError: InternalServerError: OpenAIException - Connection error to http://10.0.0.7:8000/v1"
            + AFTERWORD,
            None,
            "500",
        ),
        502,
        "upstream_error",
    ),
    (
        500,
        error(
            'litellm.APIConnectionError: OpenAIException - Traceback (most recent call last): File "/usr/lib/x.py"',
            None,
            "500",
        ),
        502,
        "upstream_error",
    ),
    (
        503,
        error(
            "litellm.ServiceUnavailableError: OpenAIException - http://10.0.0.7:8000 overloaded" + AFTERWORD,
            None,
            "503",
        ),
        503,
        "model_unavailable",
    ),
    (
        400,
        error(
            "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."
            + AFTERWORD,
            None,
            "400",
        ),
        400,
        "context_length_exceeded",
    ),
    (
        400,
        error(
            "litellm.ContentPolicyViolationError: litellm.BadRequestError: OpenAIException - filtered by 10.0.0.7",
            None,
            "400",
        ),
        400,
        "content_policy_violation",
    ),
    # About the request
    (
        400,
        error(
            "litellm.BadRequestError: OpenAIException - `temperature` must be a number from 0 to 2." + AFTERWORD,
            None,
            "400",
            "temperature",
        ),
        400,
        "invalid_request",
    ),
    (
        400,
        error(
            "litellm.UnsupportedParamsError: gpt does not support parameters: ['logit_bias'], for model=llama. To drop these, set `litellm.drop_params=True`",
            None,
            "400",
        ),
        400,
        "invalid_request",
    ),
    (
        400,
        error("/chat/completions: Missing required parameter: 'messages'.", "invalid_request_error", "400", "messages"),
        400,
        "invalid_request",
    ),
    (
        400,
        error(
            "Invalid JSON payload: unexpected end of data: line 1 column 1 (char 0)",
            "invalid_request_error",
            "400",
            "request_body",
        ),
        400,
        "invalid_request",
    ),
    (422, {"detail": [{"type": "missing", "loc": ["body", "file"], "msg": "Field required"}]}, 400, "invalid_request"),
    (413, {"error": "Request size is too large. Max size is 10 MB"}, 413, "body_too_large"),
    # Trouble of its own
    (
        503,
        error("Service Unavailable, Error: could not reach postgresql://10.0.0.7/litellm", "no_db_connection", "503"),
        503,
        "gateway_unavailable",
    ),
    (500, {"error": {"message": "Internal server error", "type": "internal_server_error"}}, 500, "internal_error"),
    (502, "<html>Bad gateway at 10.0.0.7</html>", 502, "upstream_error"),
    (404, {"detail": "Not Found"}, 500, "internal_error"),
    (418, ["odd"], 500, "internal_error"),
]


@pytest.mark.parametrize(("status", "said", "expected_status", "code"), COMPLAINTS)
def test_complaint_becomes_an_error_that_leaks_nothing(
    upstream_saying, door_to, http: httpx.Client, status: int, said, expected_status: int, code: str
):
    private = ["x-litellm-model-api-base: http://10.0.0.7", "llm_provider-server: vllm-1.internal"]
    upstream = upstream_saying(status, json.dumps(said).encode(), *private)

    answer = http.post(f"{door_to(upstream.url)}/chat/completions", json={"model": "gpt-9"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (expected_status, code)
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.json()["error"]["message"]
    assert answer.headers["x-request-id"]
    assert ("retry-after" in answer.headers) == (expected_status == 503 or code == "rate_limit_exceeded")
    everything = answer.text + str(answer.headers.raw)
    assert [secret for secret in SECRETS if secret in everything] == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("litellm.BadRequestError: OpenAIException - `top_p` must be below 1" + AFTERWORD, "`top_p` must be below 1"),
        ("/chat/completions: Missing required parameter: 'messages'.", "Missing required parameter: 'messages'."),
        (
            "litellm.BadRequestError: OpenAIException - ask http://10.0.0.7:8000/v1/x or vllm-1.internal:80",
            "ask [hidden] or [hidden]",
        ),
        (
            "Key sk-abc123 and Bearer xyz and 2f1a9c3b5d7e8f90 in /srv/app/main.py",
            "Key [hidden] and [hidden] and [hidden] in [hidden]",
        ),
        ("'max_tokens' is 1.5e400, at most 4096", "'max_tokens' is 1.5e400, at most 4096"),
        ("x" * 1000, "x" * 400),
    ],
)
def test_remark_about_the_request_keeps_its_sense_and_loses_its_names(said: str, shown: str):
    assert cleaned(said) == shown


@pytest.mark.parametrize("said", ["", "litellm.BadRequestError: ", "set litellm.drop_params", "api_base is wrong"])
def test_remark_that_would_tell_too_much_is_replaced(said: str):
    assert cleaned(said).startswith("The request was refused as invalid.")


def test_own_limit_is_named_and_its_time_kept(upstream_saying, door_to, http: httpx.Client):
    said = f"Rate limit exceeded for api_key: {HASH}. Limit type: requests. Current limit: 3, Remaining: 0. Limit resets at: x"
    upstream = upstream_saying(429, json.dumps(error(said)).encode(), "retry-after: 60")

    answer = http.post(f"{door_to(upstream.url)}/chat/completions", json={})

    assert answer.json()["error"]["message"].startswith("You have reached your limit of 3 requests a minute.")
    assert answer.headers["retry-after"] == "60"


def test_request_in_parallel_is_over_sooner_than_a_minute(upstream_saying, door_to, http: httpx.Client):
    said = f"Rate limit exceeded for api_key: {HASH}. Limit type: max_parallel_requests. Current limit: 4, Remaining: 0"
    upstream = upstream_saying(429, json.dumps(error(said)).encode(), "retry-after: 60")

    answer = http.post(f"{door_to(upstream.url)}/chat/completions", json={})

    assert answer.json()["error"]["message"].startswith("You have reached your limit of 4 requests at the same time.")
    assert answer.headers["retry-after"] == "1"


def test_missing_model_is_named(upstream_saying, door_to, http: httpx.Client):
    upstream = upstream_saying(403, json.dumps(error("no", "key_model_access_denied")).encode())

    answer = http.post(f"{door_to(upstream.url)}/chat/completions", json={"model": "gpt-9"})

    assert "`gpt-9`" in answer.json()["error"]["message"]
