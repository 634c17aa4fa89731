import pytest

from portal.core.settings import Settings, SettingsInvalid, environment_name, load_settings
from portal.seed import seed_of

NEEDED = {"DATABASE_URL": "postgresql://u:pw@db/portal", "REDIS_URL": "redis://r", "LITELLM_ADMIN_KEY": "sk-admin"}


@pytest.fixture
def environment(monkeypatch):
    """The real process environment, because that is what is read."""
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)

    def change(**variables):
        for name, value in {**NEEDED, **variables}.items():
            monkeypatch.setenv(name, value)

    return change


def test_every_mistake_is_said_at_once_and_no_value_with_it(environment):
    environment(PORTAL_DATABSE_POOL="7", PORTAL_PORT="eight", PORTAL_CLAIMS_PER_IP="often", REDIS_URL="redis://:hush@r")

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    text = str(caught.value)
    assert "PORTAL_DATABSE_POOL: no such setting" in text
    assert "PORTAL_PORT: " in text
    assert "PORTAL_CLAIMS_PER_IP: " in text
    assert "hush" not in text


@pytest.mark.parametrize("missing", NEEDED)
def test_missing_secret_is_named(environment, monkeypatch, missing):
    environment()
    monkeypatch.delenv(missing)

    with pytest.raises(SettingsInvalid, match=f"{missing}: is not set"):
        load_settings()


def test_production_refuses_to_run_without_captcha_and_https(environment):
    environment(PORTAL_ENVIRONMENT="production")

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    assert "CAPTCHA is off in production" in str(caught.value)
    assert "PORTAL_PUBLIC_URL" in str(caught.value)


def test_captcha_is_on_when_both_keys_are_there(environment):
    environment(RECAPTCHA_SITE_KEY="site", RECAPTCHA_SECRET_KEY="secret")

    assert load_settings().captcha_kind == "recaptcha-v2"


def test_captcha_without_its_keys_is_refused(environment):
    environment(PORTAL_CAPTCHA="recaptcha-v3", RECAPTCHA_SITE_KEY="site")

    with pytest.raises(SettingsInvalid, match="RECAPTCHA_SECRET_KEY"):
        load_settings()


@pytest.mark.req("K16")
def test_names_of_earlier_deployments_are_understood(environment):
    environment(
        LITELLM_API_ENDPOINT="http://gateway", LITELLM_TEAM_PERMISSIONLESS="visitors", LITELLM_MAX_PARALLEL_REQUESTS="9"
    )

    settings = load_settings()

    assert settings.litellm_api_endpoint == "http://gateway"
    assert settings.litellm_team_permissionless == "visitors"
    assert settings.litellm_max_parallel_requests == 9


@pytest.mark.req("G7")
def test_debug_and_file_logging_are_understood(environment, tmp_path):
    environment(DEBUG="true", FILE_LOGGING="1", PORTAL_LOG_DIR=str(tmp_path), PORTAL_LOG_LEVEL="WARNING")
    settings = load_settings()
    assert (settings.least_log_level, settings.log_file("portal")) == ("DEBUG", tmp_path / "portal.log")

    environment(DEBUG="", FILE_LOGGING="false")
    settings = load_settings()
    assert (settings.least_log_level, settings.log_file("portal")) == ("WARNING", None)


@pytest.mark.req("G7")
def test_endpoints_of_earlier_gateways_are_understood(environment):
    """Their addresses end before the version, and their delay is in milliseconds."""
    environment(
        ENDPOINTS='[{"url":"https://a.example.com/api","apiKey":"k","priority":2,"weight":3},'
        '{"url":"https://b.example.com/v1/","models":["m"]},{"url":"https://c.example.com/v1beta/openai"}]',
        RETRY_DELAY="1500",
    )

    seed = seed_of(load_settings())

    assert [endpoint.url for endpoint in seed.endpoints] == [
        "https://a.example.com/api/v1",
        "https://b.example.com/v1",
        "https://c.example.com/v1beta/openai",
    ]
    assert (seed.endpoints[0].api_key, seed.endpoints[0].priority, seed.endpoints[0].weight) == ("k", 2, 3)
    assert (seed.endpoints[1].api_key, seed.endpoints[1].models, seed.endpoints[0].models) == (None, ("m",), ())
    assert seed.retry_delay == 1.5


def test_litellm_has_a_database_of_its_own_on_the_same_server(environment):
    environment()

    assert load_settings().gateway_database_url.get_secret_value() == "postgresql://u:pw@db/litellm"
