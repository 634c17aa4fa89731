from pathlib import Path

import pytest
import yaml

from litellm_config.catalogue.platform_settings import add_platform_settings
from litellm_config.express.settings import leave_room

SHIPPED = yaml.safe_load((Path(__file__).parents[3] / "litellm_config" / "config.yaml").read_text())
add_platform_settings(SHIPPED)


def test_the_shipped_configuration_leaves_room():
    assert leave_room(SHIPPED)


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        ("litellm_settings", {"success_callback": ["langfuse"]}),
        ("litellm_settings", {"callbacks": ["prometheus"]}),
        ("litellm_settings", {"callbacks": "my_own.handler"}),
        ("litellm_settings", {"max_budget": 10}),
        ("general_settings", {"store_prompts_in_spend_logs": True}),
        ("general_settings", {"custom_auth": "auth.py"}),
        ("router_settings", {"routing_strategy": "latency-based-routing"}),
        ("guardrails", [{"guardrail_name": "a"}]),
        ("litellm_settings", {"cache": False}),
        ("litellm_settings", {"cache_params": {"type": "local"}}),
        ("litellm_settings", {"cache_params": {"type": "redis", "redis_startup_nodes": [{"host": "a"}]}}),
        ("litellm_settings", {"cache_params": {"type": "redis", "supported_call_types": ["aembedding"]}}),
    ],
)
def test_a_setting_that_is_not_known_leaves_none(section, settings):
    known = SHIPPED.get(section) or {}
    assert not leave_room({**SHIPPED, section: {**known, **settings} if isinstance(settings, dict) else settings})
