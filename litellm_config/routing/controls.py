"""What LiteLLM would let a request decide about its own routing, and with it about the endpoints of everybody.

A time-out of a millisecond or a wrong key in the body of one request would make every endpoint look broken.
"""

from typing import Any

from litellm.integrations.custom_logger import CustomLogger

CONTROLS = frozenset(
    {
        "api_key",
        "disable_fallbacks",
        "extra_headers",
        "max_fallbacks",
        "max_retries",
        "model_group_retry_policy",
        "num_retries",
        "request_timeout",
        "stream_timeout",
        "timeout",
        "_excluded_deployment_ids",
        "_retry_skipped_deployment_ids",
        "_router_weights",
        "_target_order",
    }
)
MOCK = "mock_"


class RequestControls(CustomLogger):  # type: ignore[misc]  # LiteLLM's types are not read
    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        del user_api_key_dict, cache, call_type
        for name in [name for name in data if name in CONTROLS or name.startswith(MOCK)]:
            del data[name]
        return data
