"""Whether the configuration leaves room for a short way: with any setting that is not known here, LiteLLM does all."""

from collections.abc import Mapping
from typing import Any

CALLBACKS = "litellm_config.callbacks."
KNOWN: Mapping[str, frozenset[str]] = {
    "general_settings": frozenset(
        {
            "apply_user_budget_to_team_keys",
            "database_connection_pool_limit",
            "database_connection_timeout",
            "database_url",
            "forward_client_headers_to_llm_api",
            "master_key",
            "proxy_batch_write_at",
            "user_api_key_cache_ttl",
        }
    ),
    "litellm_settings": frozenset(
        {
            "cache",
            "cache_params",
            "callbacks",
            "content_policy_fallbacks",
            "context_window_fallbacks",
            "disable_add_user_agent_to_request_tags",
            "disable_end_user_cost_tracking",
            "drop_params",
            "enable_caching_on_provider_specific_optional_params",
            "fallbacks",
            "num_retries",
            "request_timeout",
        }
    ),
    "router_settings": frozenset(
        {
            "content_policy_fallbacks",
            "context_window_fallbacks",
            "cooldown_time",
            "disable_cooldowns",
            "fallbacks",
            "max_fallbacks",
            "model_group_alias",
            "num_retries",
            "redis_db",
            "redis_host",
            "redis_password",
            "redis_port",
            "redis_url",
            "retry_after",
            "stream_timeout",
            "timeout",
        }
    ),
}
CACHE_PARAMS = frozenset({"host", "namespace", "password", "port", "supported_call_types", "ttl", "type", "url"})
OTHER_SECTIONS = frozenset({"environment_variables", "model_list"})


def leave_room(config: Mapping[str, Any]) -> bool:
    """`config`: as LiteLLM has read it."""
    if not {name for name, section in config.items() if section} <= KNOWN.keys() | OTHER_SECTIONS:
        return False
    settings = config.get("litellm_settings") or {}
    callbacks = settings.get("callbacks") or []
    return (
        _leaves_cache(settings)
        and all((config.get(name) or {}).keys() <= known for name, known in KNOWN.items())
        and all(str(one).startswith(CALLBACKS) for one in ([callbacks] if isinstance(callbacks, str) else callbacks))
    )


def _leaves_cache(settings: Mapping[str, Any]) -> bool:
    """Limits are counted in its Redis, too."""
    params = settings.get("cache_params") or {}
    return (
        bool(settings.get("cache"))
        and params.get("type") == "redis"
        and params.keys() <= CACHE_PARAMS
        and "acompletion" in params.get("supported_call_types", ["acompletion"])
    )
