"""What the platform adds to a file, and what a file can't change of it."""

import pytest

from litellm_config.catalogue.platform_settings import CALLBACKS, DEFAULTS, FIXED

pytestmark = pytest.mark.req("G7")


def test_a_file_with_nothing_but_models_has_all_that_the_platform_needs(read, entry):
    content = read([entry()]).content

    for section, defaults in DEFAULTS.items():
        assert content[section].items() >= {**defaults, **FIXED[section]}.items()
    assert content["litellm_settings"]["callbacks"] == list(CALLBACKS)


def test_a_file_that_repeats_it_is_the_same(read, entry):
    repeated = {section: {**defaults, **FIXED[section]} for section, defaults in DEFAULTS.items()}
    repeated["litellm_settings"]["callbacks"] = list(reversed(CALLBACKS))

    text = f"model_list: []\nrouter_settings: {repeated['router_settings']}\n"
    text += f"litellm_settings: {repeated['litellm_settings']}\ngeneral_settings: {repeated['general_settings']}\n"
    text = text.replace("True", "true")

    assert read(text).litellm_version == read([]).litellm_version


def test_defaults_can_be_changed_and_callbacks_added(read):
    content = read(
        """
model_list: []
router_settings: {num_retries: 5, redis_host: other}
litellm_settings: {drop_params: false, callbacks: prometheus, cache_params: {type: redis, host: other}}
general_settings: {proxy_batch_write_at: 20}
"""
    ).content

    assert content["router_settings"]["num_retries"] == 5
    assert content["router_settings"]["cooldown_time"] == DEFAULTS["router_settings"]["cooldown_time"]
    assert "redis_url" not in content["router_settings"]
    assert content["litellm_settings"]["drop_params"] is False
    assert content["litellm_settings"]["cache_params"] == {"type": "redis", "host": "other"}
    assert content["litellm_settings"]["callbacks"] == [*CALLBACKS, "prometheus"]
    assert content["general_settings"]["proxy_batch_write_at"] == 20


@pytest.mark.parametrize(
    ("section", "setting"),
    [
        ("general_settings", "user_api_key_cache_ttl: 600"),
        ("general_settings", "master_key: os.environ/MY_KEY"),
        ("general_settings", "database_url: os.environ/MY_DATABASE"),
        ("general_settings", "apply_user_budget_to_team_keys: false"),
        ("general_settings", "custom_auth: my_auth.let_in"),
        ("general_settings", "enable_jwt_auth: true"),
        ("general_settings", "allow_requests_on_db_unavailable: true"),
        ("general_settings", "allow_client_side_credentials: true"),
        ("litellm_settings", "cache: false"),
        ("litellm_settings", "cache_params: {type: local}"),
        ("litellm_settings", "disable_end_user_cost_tracking: false"),
        ("environment_variables", "LITELLM_MASTER_KEY: sk-1234"),
    ],
)
def test_what_the_platform_rests_on_is_a_mistake_with_its_name_and_line(mistakes, section, setting):
    (found,) = mistakes(f"model_list: []\n{section}:\n  {setting}\n", MY_KEY="a", MY_DATABASE="b")

    assert found.line == 3
    assert found.reason.startswith(f"`{setting.partition(':')[0]}` ")


def test_what_is_refused_may_be_said_to_be_off(read):
    assert read("model_list: []\ngeneral_settings: {enable_jwt_auth: false}\n").cards == ()
