import pytest

from portal.core.settings import Settings, SettingsInvalid, environment_name, load_settings

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


def test_litellm_has_a_database_of_its_own_on_the_same_server(environment):
    environment()

    assert load_settings().gateway_database_url.get_secret_value() == "postgresql://u:pw@db/litellm"
