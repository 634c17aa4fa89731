"""LiteLLM's settings without which this platform is not what it promises to be: the file need not know of them.

https://docs.litellm.ai/docs/proxy/config_settings
"""

import copy
from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Mapping[str, Any]]

# What a file says goes over these.
DEFAULTS: Settings = {
    # How a request finds an endpoint, and what these settings do: docs/routing.md
    "router_settings": {
        # Resting endpoints are known to all instances.
        "redis_url": "os.environ/REDIS_URL",
        # Every endpoint of a model is tried once; so often at most while there are fewer endpoints than this, and one.
        "num_retries": 2,
        # Seconds, all of them. Before an endpoint is asked again by the same request:
        "retry_after": 1,
        # That a failing endpoint rests.
        "cooldown_time": 10,
        # For a whole answer.
        "timeout": 600,
        # Of silence in a stream, and before its first event.
        "stream_timeout": 120,
    },
    "litellm_settings": {
        # Of requests with {"cache": {"use-cache": true}}, and of models with `cache` in their model_info.
        "cache_params": {
            "type": "redis",
            "url": "os.environ/REDIS_URL",
            "ttl": 600,
            "supported_call_types": ["acompletion", "atext_completion", "aembedding", "aresponses"],
        },
        "drop_params": True,
    },
    "general_settings": {},
}
# A file may repeat them, and say nothing else.
FIXED: Settings = {
    "router_settings": {},
    "litellm_settings": {
        # Limits are counted in its Redis, too.
        "cache": True,
        # With another top_k it is another request.
        "enable_caching_on_provider_specific_optional_params": True,
        # Tags and end users are LiteLLM's ways to add up spend; people and keys are ours.
        "disable_add_user_agent_to_request_tags": True,
        "disable_end_user_cost_tracking": True,
    },
    "general_settings": {
        "master_key": "os.environ/LITELLM_MASTER_KEY",
        "database_url": "os.environ/DATABASE_URL",
        # Seconds that an instance may go on with a key that another one has ended.
        "user_api_key_cache_ttl": 3,
        # A person's budget counts for their keys, which all belong to a team (see person_limits.py).
        "apply_user_budget_to_team_keys": True,
        "forward_client_headers_to_llm_api": True,
    },
}
# Of `general_settings`: they let in who has no key of the platform, or let a caller choose the endpoint.
REFUSED = frozenset(
    {
        "allow_client_side_credentials",
        "allow_requests_on_db_unavailable",
        "allow_user_auth",
        "custom_auth",
        "dangerously_permit_weak_or_unset_master_key",
        "enable_jwt_auth",
        "enable_oauth2_auth",
        "enable_oauth2_proxy_auth",
        "litellm_key_header_name",
        "public_routes",
    }
)
# A file may add others.
CALLBACKS = tuple(
    f"litellm_config.callbacks.{name}" for name in ("stream_coalescing", "request_controls", "response_cache")
)
# `portal gateway` sets them itself.
VARIABLES = frozenset({"DATABASE_URL", "LITELLM_MASTER_KEY", "REDIS_URL"})


def add_platform_settings(content: dict[str, Any]) -> None:
    for section, defaults in DEFAULTS.items():
        given = content.get(section) or {}
        content[section] = copy.deepcopy({**defaults, **given, **FIXED[section]})
    router, settings = content["router_settings"], content["litellm_settings"]
    if "redis_host" in router:
        # LiteLLM would connect to the address all the same.
        router.pop("redis_url")
    settings["callbacks"] = [*CALLBACKS, *(one for one in _listed(settings.get("callbacks")) if one not in CALLBACKS)]


def _listed(callbacks: Any) -> list[str]:
    return [callbacks] if isinstance(callbacks, str) else callbacks or []
