import pytest

from portal.core.settings import (
    Settings,
    SettingsInvalid,
    environment_name,
    load_settings,
    load_settings_without_parts,
)
from portal.seed import seed_of

NEEDED = {"DATABASE_URL": "postgresql://u:pw@db/portal", "REDIS_URL": "redis://r", "LITELLM_ADMIN_KEY": "sk-admin"}
NAMES = [environment_name(field) for field in Settings.model_fields]
LONG = "x" * 32
NO_CAPTCHA = (
    "CAPTCHA is off in production: set RECAPTCHA_SITE_KEY and RECAPTCHA_SECRET_KEY, or PORTAL_ENVIRONMENT=development"
)
WEAK_KEY = (
    "LITELLM_ADMIN_KEY: must have at least 32 characters in production; `echo sk-$(openssl rand -hex 32)` makes one"
)
PRODUCTION = {
    "PORTAL_ENVIRONMENT": "production",
    "PORTAL_PUBLIC_URL": "https://chat.example.org",
    "RECAPTCHA_SITE_KEY": "site",
    "RECAPTCHA_SECRET_KEY": "secret",
    "LITELLM_ADMIN_KEY": LONG,
}


def load(**variables: str) -> Settings:
    return load_settings({**NEEDED, **variables})


def mistakes(**variables: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load(**variables)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("read", [load_settings, load_settings_without_parts])
def test_the_mapping_is_read_and_not_the_environment_of_the_process(monkeypatch, read):
    for name in NAMES:
        monkeypatch.setenv(name, "nonsense")

    settings = read({**NEEDED, "PORTAL_PORT": "9000"})

    assert settings.port == 9000
    assert settings.redis_url.get_secret_value() == "redis://r"
    assert read(NEEDED) == Settings(
        database_url=NEEDED["DATABASE_URL"], redis_url="redis://r", litellm_admin_key="sk-admin"
    )


def test_every_mistake_is_said_at_once_and_no_value_with_it():
    text = "\n".join(
        mistakes(
            PORTAL_DATABSE_POOL="7", PORTAL_PORT="eight", PORTAL_CLAIMS_PER_IP="often", REDIS_URL="redis://:hush@r"
        )
    )

    assert "PORTAL_DATABSE_POOL: no such setting" in text
    assert "PORTAL_PORT: " in text
    assert "PORTAL_CLAIMS_PER_IP: " in text
    assert "hush" not in text


def test_what_contradicts_is_said_beside_what_can_not_be_read():
    """One look names everything, so nobody mends, starts, and meets the next one."""
    said = mistakes(
        PORTAL_ENVIRONMENT="production",
        PORTAL_PORT="eight",
        PORTAL_TRUSTED_PROXIES="10.0.0.0/8",
        PORTAL_BRAND_LINKS="[",
        DATABASE_URL="mysql://db",
        REDIS_URL="",
        AUTH0_CLIENT_ID="id",
        AUTH0_SECRET="short",
        AUTH0_DOMAIN="tenant",
        PORTAL_TOKEN_SECRETS='["short"]',
    )

    assert sorted(said) == sorted(
        [
            "AUTH0_DOMAIN: no such setting; did you mean AUTH0_ISSUER_BASE_URL?",
            "PORTAL_PORT: must be a whole number",
            "PORTAL_TRUSTED_PROXIES: must be a JSON list",
            "PORTAL_BRAND_LINKS: must be a JSON list",
            "REDIS_URL: is not set",
            "DATABASE_URL: must be a postgresql:// address",
            NO_CAPTCHA,
            "Auth0 is set in part: AUTH0_ISSUER_BASE_URL and AUTH0_CLIENT_SECRET are missing",
            "PORTAL_TOKEN_SECRETS: each must have at least 32 characters; `openssl rand -hex 32` makes one",
            "PORTAL_PUBLIC_URL: must be an https:// address in production",
            WEAK_KEY,
            "AUTH0_SECRET: must have at least 32 characters in production; `openssl rand -hex 32` makes one",
        ]
    )


def test_a_contradiction_says_nothing_of_what_can_not_be_read():
    said = mistakes(**{**PRODUCTION, "PORTAL_CAPTCHA": "sometimes", "RECAPTCHA_SITE_KEY": ""})

    assert said == ["PORTAL_CAPTCHA: must be off, recaptcha-v2 or recaptcha-v3"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORTAL_METRICS_TOKEN", "short", "must have at least 16 characters"),
        ("PORTAL_PORT", "-1", "must be at least 0"),
        ("PORTAL_PORT", "70000", "must be at most 65535"),
        ("PORTAL_CHAT_LANES", "0", "must be more than 0"),
        ("PORTAL_GATEWAY_DRAIN", "PT0S", "must be more than 0 seconds"),
        ("PORTAL_CHAT_KEY_TTL", "1", "must be at least 1 minute"),
        ("PORTAL_RECAPTCHA_MIN_SCORE", "1.5", "must be at most 1"),
        ("PORTAL_ACCOUNT_BUDGET_USD", "much", "must be a number"),
        ("PORTAL_LOCAL_ACCOUNTS", "maybe", "must be true or false"),
        ("PORTAL_STOP_DELAY", "soon", "must be a duration such as PT30S or P5D, or a number of seconds"),
        ("PORTAL_CLAIMS_PER_IP", "often", "must be a rate such as 5/day or 10/15minutes"),
        ("PORTAL_BRAND_ACCENT", "blue", "must be a colour such as #2b5fd9"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "must be an http:// or https:// address"),
    ],
)
def test_a_message_says_what_to_do(name, value, says):
    assert mistakes(**{name: value}) == [f"{name}: {says}"]


@pytest.mark.parametrize(
    "value", ["", "~", "-7", "nan", "1e999", '[{"a": 1}, 5, [""], ["a", "b", "c"]]', "{}", "null", "["]
)
def test_no_message_of_any_setting_is_the_validators_own(value):
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(dict.fromkeys(NAMES, value))

    for line in str(caught.value).splitlines():
        name, _, text = line.partition(": ")
        assert name.partition("[")[0] in NAMES
        assert text.startswith(("must ", "is ", "there is no such field"))
        assert not {"Input", "items", "Value", "validator", "parse"} & set(text.split())


def test_a_duration_may_be_a_number_of_seconds():
    assert load(PORTAL_STOP_DELAY="1.5").stop_delay.total_seconds() == 1.5


@pytest.mark.parametrize("name", ["LITELLM_ADMIN_KEY", "AUTH0_SECRET"])
def test_a_weak_secret_is_refused_in_production_by_name(name):
    weak = {**PRODUCTION, name: "x" * 31}

    (said,) = mistakes(**weak)

    assert said.startswith(f"{name}: must have at least 32 characters in production")
    assert "x" * 31 not in said
    assert load(**{**weak, name: LONG}).is_production
    assert load(**{name: "x" * 31}).environment == "development"


def test_half_of_recaptcha_is_refused():
    (said,) = mistakes(RECAPTCHA_SITE_KEY="site")

    assert said == "RECAPTCHA_SECRET_KEY: is missing; reCAPTCHA needs both of its keys"


@pytest.mark.parametrize("missing", NEEDED)
@pytest.mark.parametrize("is_there", [False, True])
def test_missing_secret_is_named(missing, is_there):
    """Set to nothing, it is missing all the same."""
    variables = {**NEEDED, missing: ""}
    if not is_there:
        del variables[missing]

    with pytest.raises(SettingsInvalid, match=f"{missing}: is not set"):
        load_settings(variables)


def test_captcha_is_on_when_both_keys_are_there():
    assert load(RECAPTCHA_SITE_KEY="site", RECAPTCHA_SECRET_KEY="secret").captcha_kind == "recaptcha-v2"


def test_captcha_without_its_keys_is_refused():
    said = mistakes(PORTAL_CAPTCHA="recaptcha-v3", RECAPTCHA_SITE_KEY="site")

    assert said == ["PORTAL_CAPTCHA is recaptcha-v3: set RECAPTCHA_SECRET_KEY too"]


@pytest.mark.req("K16")
def test_names_of_earlier_deployments_are_understood():
    settings = load(
        LITELLM_API_ENDPOINT="http://gateway", LITELLM_TEAM_PERMISSIONLESS="visitors", LITELLM_MAX_PARALLEL_REQUESTS="9"
    )

    assert settings.litellm_api_endpoint == "http://gateway"
    assert settings.litellm_team_permissionless == "visitors"
    assert settings.litellm_max_parallel_requests == 9


@pytest.mark.req("G7")
def test_debug_and_file_logging_are_understood(tmp_path):
    variables = {"PORTAL_LOG_DIR": str(tmp_path), "PORTAL_LOG_LEVEL": "WARNING"}
    settings = load(**variables, DEBUG="true", FILE_LOGGING="1")
    assert (settings.least_log_level, settings.log_file("portal")) == ("DEBUG", tmp_path / "portal.log")

    settings = load(**variables, DEBUG="", FILE_LOGGING="false")
    assert (settings.least_log_level, settings.log_file("portal")) == ("WARNING", None)


@pytest.mark.req("G7")
def test_endpoints_of_earlier_gateways_are_understood():
    """Their addresses end before the version, and their delay is in milliseconds."""
    settings = load(
        ENDPOINTS='[{"url":"https://a.example.com/api","apiKey":"k","priority":2,"weight":3},'
        '{"url":"https://b.example.com/v1/","models":["m"]},{"url":"https://c.example.com/v1beta/openai"}]',
        RETRY_DELAY="1500",
    )

    seed = seed_of(settings)

    assert [endpoint.url for endpoint in seed.endpoints] == [
        "https://a.example.com/api/v1",
        "https://b.example.com/v1",
        "https://c.example.com/v1beta/openai",
    ]
    assert (seed.endpoints[0].api_key, seed.endpoints[0].priority, seed.endpoints[0].weight) == ("k", 2, 3)
    assert (seed.endpoints[1].api_key, seed.endpoints[1].models, seed.endpoints[0].models) == (None, ("m",), ())
    assert seed.retry_delay == 1.5


def test_litellm_has_a_database_of_its_own_on_the_same_server():
    assert load().gateway_database_url.get_secret_value() == "postgresql://u:pw@db/litellm"
