"""Every setting of the platform, read once from the environment and passed on.

This is the only module that reads settings from the environment. Names with the prefix `PORTAL_` are ours; the others
are names that other tools and earlier deployments already use.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from portal.core.contradictions import contradictions
from portal.core.roles import ROLES
from portal.core.seed_endpoints import SeedEndpoints
from portal.core.setting_kinds import Colour, Duration, Flag, Network, NothingIsNone, Rate, Roles, WebAddress
from portal.core.setting_messages import sentence
from portal.core.setting_names import EARLIER, misspelt, with_earlier_names, wrong_earlier_values

PREFIX = "PORTAL_"
DEFAULT_GATEWAY_CONFIG = Path(__file__).parents[2] / "litellm_config" / "config.yaml"
# The three that have no default, and what stands for them where only the form of the others is looked at.
FORM = {"DATABASE_URL": "postgresql://", "REDIS_URL": "redis://", "LITELLM_ADMIN_KEY": "-" * 32}


class Link(NamedTuple):
    label: str
    url: str


class SettingsInvalid(Exception):
    """Says every mistake in the settings at once, a line each, without the values."""


class Settings(BaseSettings):
    """Built once by the entry point. Durations are ISO 8601 (`P5D`, `PT30S`) or seconds, rates are `5/day`.

    Made of what it is given; `load_settings` is what reads variables.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, populate_by_name=True)

    # Where the portal listens and how people reach it.
    environment: Literal["development", "production"] = Field(
        "development", description="production refuses unsafe settings"
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, description="port to listen on", ge=0, le=65535)
    role: Roles = Field(ROLES, description="what this instance serves: web (pages), chat (/api/chat) and api (/api/v1)")
    public_url: str | None = Field(None, description="the address people use; without it, taken from each request")
    trusted_proxies: tuple[Network, ...] = Field(
        (), description='JSON list of networks whose X-Forwarded-For is believed, such as ["10.0.0.0/8"]'
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is logged")

    stop_delay: Duration = Field(
        timedelta(0),
        description="how long portal and gateway go on accepting after they were told to stop, so that what stands in "
        "front learns of it; /healthz says 503 meanwhile",
        ge=timedelta(0),
    )

    # Postgres and Redis.
    database_url: SecretStr = Field(validation_alias="DATABASE_URL", description="Postgres, the portal's database")
    litellm_database_url: SecretStr | None = Field(
        None,
        validation_alias="LITELLM_DATABASE_URL",
        description="Postgres, LiteLLM's database; default: the same server, database `litellm`",
    )
    redis_url: SecretStr = Field(validation_alias="REDIS_URL", description="Redis for sessions, limits and the cache")

    # LiteLLM.
    litellm_api_endpoint: str = Field(
        "http://127.0.0.1:4000", validation_alias="LITELLM_API_ENDPOINT", description="where LiteLLM answers"
    )
    litellm_admin_key: SecretStr = Field(
        validation_alias="LITELLM_ADMIN_KEY", description="LiteLLM's master key, in production of 32 characters or more"
    )
    litellm_user_role: str = Field(
        "internal_user", validation_alias="LITELLM_USER_ROLE", description="role of the users made in LiteLLM"
    )
    litellm_team_permissionless: str = Field(
        "chatapi-pless", validation_alias="LITELLM_TEAM_PERMISSIONLESS", description="team of keys without an account"
    )
    litellm_team_auth0: str = Field(
        "chatapi-auth0", validation_alias="LITELLM_TEAM_AUTH0", description="team of people who sign in with Auth0"
    )
    litellm_team_local: str = Field(
        "chatapi-local", validation_alias="LITELLM_TEAM_LOCAL", description="team of people with a local account"
    )
    litellm_max_parallel_requests: int = Field(
        4, validation_alias="LITELLM_MAX_PARALLEL_REQUESTS", description="requests at the same time per person", gt=0
    )
    gateway_host: str = Field("127.0.0.1", description="address `portal gateway` listens on")
    gateway_port: int = Field(4000, description="port `portal gateway` listens on", ge=0, le=65535)
    gateway_config: Path = Field(DEFAULT_GATEWAY_CONFIG, description="the model catalogue that LiteLLM reads")
    gateway_drain: Duration = Field(
        timedelta(minutes=10),
        description="how long answers may go on after the catalogue was changed; longer ones are cut",
        gt=timedelta(0),
    )
    gateway_stop_grace: Duration = Field(
        timedelta(seconds=25),
        description="how long answers may go on after `portal gateway` was told to stop",
        ge=timedelta(0),
    )
    sample_endpoint_url: str | None = Field(
        None,
        validation_alias="SAMPLE_ENDPOINT_URL",
        description="the sample endpoint; without it its models are left out",
    )

    # What the environment adds to the model catalogue; the names are those of Akash LLM Gateway.
    endpoints: Annotated[SeedEndpoints, NoDecode] = Field(
        (),
        validation_alias="ENDPOINTS",
        description='JSON list of endpoints beside the catalogue: [{"url": "https://host/v1", "apiKey": "...", '
        '"priority": 1, "weight": 1, "models": ["id"]}]; without models they are asked for theirs',
    )
    fallback_model: Annotated[str | None, NothingIsNone] = Field(
        None, validation_alias="FALLBACK_MODEL", description="model that stands in for every other one that fails"
    )
    retry_attempts: Annotated[int | None, NothingIsNone] = Field(
        None, validation_alias="RETRY_ATTEMPTS", description="tries after the first; default: the catalogue's", ge=0
    )
    retry_delay: Annotated[int | None, NothingIsNone] = Field(
        None,
        validation_alias="RETRY_DELAY",
        description="least milliseconds before the next try where no other endpoint is left; default: the catalogue's",
        ge=0,
    )

    # Logs.
    debug: Flag = Field(False, validation_alias="DEBUG", description="true logs everything, as PORTAL_LOG_LEVEL=DEBUG")  # noqa: FBT003
    file_logging: Flag = Field(
        False,  # noqa: FBT003
        validation_alias="FILE_LOGGING",
        description="true writes the logs into files as well",
    )
    log_dir: Path = Field(Path("logs"), description="folder of these files")

    # What a key without an account may do.
    permissionless_key_ttl: Duration = Field(timedelta(days=5), description="life of a key", gt=timedelta(0))
    permissionless_active_keys: int = Field(1, description="keys that may be active at the same time", gt=0)
    permissionless_requests_per_minute: int = Field(30, description="requests per minute", gt=0)
    permissionless_tokens_per_minute: int = Field(60_000, description="tokens per minute", gt=0)
    permissionless_budget_usd: Decimal | None = Field(Decimal(1), description="spend per budget period, in US dollars")
    permissionless_budget_period: Duration = Field(timedelta(days=1), description="after it the budget is full again")
    permissionless_models: tuple[str, ...] = Field((), description="JSON list of model ids; empty: every model")

    # What a person with an account may do, with all their keys together.
    account_active_keys: int = Field(5, description="keys that may be active at the same time", gt=0)
    account_requests_per_minute: int = Field(120, description="requests per minute", gt=0)
    account_tokens_per_minute: int = Field(240_000, description="tokens per minute", gt=0)
    account_parallel_requests: int = Field(10, description="requests at the same time", gt=0)
    account_budget_usd: Decimal | None = Field(Decimal(10), description="spend per budget period, in US dollars")
    account_budget_period: Duration = Field(timedelta(days=30), description="after it the budget is full again")
    account_models: tuple[str, ...] = Field((), description="JSON list of model ids; empty: every model")
    rotation_max_grace: Duration = Field(
        timedelta(days=1), description="longest time that a rotated key may go on working"
    )

    # Chat.
    chat_key_ttl: Duration = Field(
        timedelta(days=1),
        description="life of the key with which the chat asks LiteLLM for a person; a new one is made in time",
        ge=timedelta(minutes=1),
    )
    chat_undo_period: Duration = Field(
        timedelta(days=30), description="so long a deleted chat can be brought back", gt=timedelta(0)
    )
    chat_folders: int = Field(200, description="folders per person", gt=0)
    chat_prompts: int = Field(500, description="saved prompts per person", gt=0)
    chat_max_body_bytes: int = Field(
        1_048_576, description="largest request of the chat, its settings and its saved prompts", gt=0
    )

    # Accounts.
    local_accounts: bool | None = Field(
        None, description="people may register with e-mail and password; default: where Auth0 is not set"
    )
    auth0_issuer_base_url: str | None = Field(
        None, validation_alias="AUTH0_ISSUER_BASE_URL", description="https:// address of the Auth0 tenant"
    )
    auth0_client_id: str | None = Field(None, validation_alias="AUTH0_CLIENT_ID", description="of the application")
    auth0_client_secret: SecretStr | None = Field(
        None, validation_alias="AUTH0_CLIENT_SECRET", description="of the application"
    )
    auth0_base_url: str | None = Field(
        None, validation_alias="AUTH0_BASE_URL", description="address people use; default: PORTAL_PUBLIC_URL"
    )
    auth0_secret: SecretStr | None = Field(
        None,
        validation_alias="AUTH0_SECRET",
        description="signs the cookie of a sign-in that is under way, in production of 32 characters or more; default: "
        "one made from LITELLM_ADMIN_KEY",
    )
    token_secrets: tuple[SecretStr, ...] = Field(
        (),
        description="JSON list of secrets that sign access tokens, newest first; default: one made from "
        "LITELLM_ADMIN_KEY",
    )
    fresh_sign_in_ttl: Duration = Field(
        timedelta(minutes=15), description="so long after signing in, keys may be made without signing in again"
    )

    # Abuse limits.
    claims_per_ip: Rate = Field("5/day", description="keys without an account per IP address (IPv6: per /64)")
    claims_per_session: Rate = Field("3/day", description="keys without an account per browser session")
    keys_made_per_person: Rate = Field("60/hour", description="keys that one person with a session makes or rotates")
    claim_attempts_per_ip: Rate = Field("30/hour", description="tries at a CAPTCHA per IP address")
    auth0_sign_ins_per_ip: Rate = Field("100/hour", description="times to set out for Auth0 per IP address")
    registrations_per_ip: Rate = Field("5/day", description="new accounts per IP address (IPv6: per /64)")
    sign_in_attempts_per_ip: Rate = Field("50/hour", description="failed sign-ins per IP address (IPv6: per /64)")
    sign_in_attempts_per_account: Rate = Field(
        "10/15minutes", description="failed sign-ins to one account from one IP address"
    )
    page_max_body_bytes: int = Field(65_536, description="largest form or JSON body", gt=0)
    api_max_body_bytes: int = Field(26_214_400, description="largest request body of the OpenAI-compatible API", gt=0)
    api_max_bytes_in_flight: int = Field(
        268_435_456,
        description="bytes of request bodies of that API that one process holds at a time; over it requests get 503",
        gt=0,
    )
    api_upload_silence: Duration = Field(
        timedelta(seconds=30), description="longest pause of a client that sends a request", gt=timedelta(0)
    )
    api_upload_timeout: Duration = Field(
        timedelta(minutes=10), description="time in which a whole request has to arrive", gt=timedelta(0)
    )
    api_first_byte_timeout: Duration = Field(
        timedelta(minutes=10), description="time that a model may take to begin its answer", gt=timedelta(0)
    )
    api_answer_silence: Duration = Field(
        timedelta(minutes=5), description="longest pause of a model within its answer", gt=timedelta(0)
    )
    api_request_timeout: Duration = Field(
        timedelta(hours=1), description="time for an answer as a whole, streams too", gt=timedelta(0)
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="the Bearer token that /metrics asks for; without it, it exists for this machine only",
        min_length=16,
    )

    # Traces. The SDK of OpenTelemetry reads these and its other variables itself, in portal and gateway alike.
    otel_exporter_otlp_endpoint: Annotated[WebAddress | None, NothingIsNone] = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="OpenTelemetry collector that gets traces by HTTP, such as http://collector:4318; none: no traces",
    )
    otel_service_name: Annotated[str | None, NothingIsNone] = Field(
        None, validation_alias="OTEL_SERVICE_NAME", description="name in traces; default: portal, gateway"
    )
    otel_sdk_disabled: Flag = Field(
        default=False, validation_alias="OTEL_SDK_DISABLED", description="true: no traces whatever else is set"
    )

    # Chat.
    chat_lanes: int = Field(6, description="models that a person may ask at once", gt=0)
    chat_running_answers: int = Field(
        12, description="answers that may be written for a person at the same time, on all instances together", gt=0
    )
    chat_message_characters: int = Field(200_000, description="longest message of a person", gt=0)
    chat_answer_characters: int = Field(1_000_000, description="longest answer; it ends there", gt=0)
    chat_frame_bytes: int = Field(2_097_152, description="largest message on a socket", gt=0)
    chat_frames_per_second: int = Field(20, description="messages that a socket may send in a second", gt=0)
    chat_sockets_per_person: int = Field(20, description="sockets that a person may have open on one instance", gt=0)
    chat_socket_life: Duration = Field(
        timedelta(hours=1), description="after it a browser opens a new socket", gt=timedelta(0)
    )
    chat_stop_grace: Duration = Field(
        timedelta(seconds=5),
        description="how long answers of the chat may go on after the portal was told to stop",
        ge=timedelta(0),
    )
    chat_title_model: Annotated[str | None, NothingIsNone] = Field(
        None, description="model that names new chats; without it, they are named by their first words"
    )

    # CAPTCHA.
    captcha: Literal["off", "recaptcha-v2", "recaptcha-v3"] | None = Field(
        None, description="default: recaptcha-v2 when both reCAPTCHA keys are set, else off"
    )
    recaptcha_site_key: str | None = Field(None, validation_alias="RECAPTCHA_SITE_KEY", description="public key")
    recaptcha_secret_key: SecretStr | None = Field(
        None, validation_alias="RECAPTCHA_SECRET_KEY", description="secret key"
    )
    recaptcha_url: str = Field(
        "https://www.google.com/recaptcha",
        description="https://www.recaptcha.net/recaptcha where Google is not reachable",
    )
    recaptcha_min_score: float = Field(0.5, description="v3: least score that passes", ge=0, le=1)

    # Sessions.
    session_idle_ttl: Duration = Field(timedelta(days=14), description="a session unused for so long ends")
    session_max_age: Duration = Field(timedelta(days=90), description="a session ends after so long in any case")

    # Brand.
    brand_name: str = Field("AkashChat", description="name of the platform")
    brand_tagline: str = Field("An API key in a minute.", description="one sentence under the name")
    brand_logo_url: str | None = Field(None, description="logo on our own origin; default: the built-in mark")
    brand_accent: Colour = Field("#2b5fd9", description="the one accent colour")
    brand_links: tuple[Link, ...] = Field((), description="JSON list of [label, url] for the footer")
    brand_contact_url: str | None = Field(None, description="where people ask for help; `mailto:` is fine")
    terms_file: Path | None = Field(None, description="terms of use as plain text; default: a short built-in text")
    terms_version: str = Field("2026-11-01", description="recorded with each consent; change it with the terms")

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def captcha_kind(self) -> Literal["off", "recaptcha-v2", "recaptcha-v3"]:
        if self.captcha:
            return self.captcha
        return "recaptcha-v2" if self.recaptcha_site_key and self.recaptcha_secret_key else "off"

    @property
    def gateway_database_url(self) -> SecretStr:
        if self.litellm_database_url:
            return self.litellm_database_url
        parts = urlsplit(self.database_url.get_secret_value())
        return SecretStr(urlunsplit(parts._replace(path="/litellm")))

    @property
    def least_log_level(self) -> str:
        return "DEBUG" if self.debug else self.log_level

    def log_file(self, part: str) -> Path | None:
        return self.log_dir / f"{part}.log" if self.file_logging else None

    @property
    def has_auth0(self) -> bool:
        return bool(self.auth0_issuer_base_url and self.auth0_client_id and self.auth0_client_secret)

    @property
    def has_local_accounts(self) -> bool:
        return not self.has_auth0 if self.local_accounts is None else self.local_accounts

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class Variables(EnvSettingsSource):
    """Reads from the mapping that it is given, in place of the process environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        """In lower case, as it looks names up; whether they are written right is for `load_settings`."""
        return {name.lower(): value for name, value in self._environment.items()}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """What is no JSON stays text, so that it is said together with all other mistakes."""
        with suppress(ValueError):
            return super().decode_complex_value(field_name, field, value)
        return value


def environment_name(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field}".upper()


def load_settings(environment: Mapping[str, str] = os.environ, **given: str) -> Settings:
    """Settings from these variables; `SettingsInvalid` names each wrong, missing or misspelt one.

    `given` are fields that are not looked up.
    """
    known = {environment_name(field): field for field in Settings.model_fields}
    wrong = [*misspelt(environment, known.keys() | EARLIER), *wrong_earlier_values(environment)]
    given_names = {environment_name(field): value for field, value in given.items()}
    variables = {**with_earlier_names(environment), **given_names}
    # Set to nothing, as env files do, they are as good as not set.
    variables = {name: value for name, value in variables.items() if name in known and (value or name not in FORM)}
    settings, mistakes = _validated(variables)
    wrong += mistakes.values()
    wrong += [one.text for one in contradictions(settings) if not mistakes.keys() & set(one.names)]
    if wrong:
        raise SettingsInvalid("\n".join(wrong))
    return settings


def load_settings_without_parts(environment: Mapping[str, str] = os.environ) -> Settings:
    """For commands that ask none of the parts. Where `portal up` makes all of them, they only have their form."""
    if any(environment.get(name) for name in FORM) or environment.get("PORTAL_ENVIRONMENT") == "production":
        return load_settings(environment)
    return load_settings({**environment, **FORM})


def catalogue_file(environment: Mapping[str, str] = os.environ) -> Path:
    """For `portal check`, which also looks at it where other settings are wrong."""
    return Path(environment.get(environment_name("gateway_config")) or DEFAULT_GATEWAY_CONFIG)


def _validated(variables: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """The settings, and a sentence for each variable that can't be read; these have their default, or only a form."""
    try:
        return Settings(**Variables(variables)()), {}
    except ValidationError as error:
        mistakes = _mistakes(error)
    rest = {name: value for name, value in (FORM | dict(variables)).items() if name not in mistakes or name in FORM}
    return Settings(**Variables(rest | {name: FORM[name] for name in FORM.keys() & mistakes.keys()})()), mistakes


def _mistakes(error: ValidationError) -> dict[str, str]:
    """By the name of the variable; what is wrong inside a list is one text, a line each."""
    mistakes: dict[str, str] = {}
    for one in error.errors():
        field, *inside = map(str, one["loc"])
        name = environment_name(field) if field in Settings.model_fields else field
        place = name + "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in inside)
        text = f"{place}: {sentence(one, is_inside=bool(inside))}"
        mistakes[name] = f"{mistakes[name]}\n{text}" if name in mistakes else text
    return mistakes
