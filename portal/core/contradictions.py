"""Settings that are right each by itself and wrong together, or too weak for production."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pydantic import SecretStr

    from portal.core.settings import Settings

MIN_SECRET_LENGTH = 32
MAKE_A_SECRET = "`openssl rand -hex 32` makes one"  # noqa: S105 - how to make one
SCHEMES = {"postgresql": ("postgresql://", "postgres://"), "redis": ("redis://", "rediss://", "unix://")}


class Contradiction(NamedTuple):
    """`names` are the variables that it depends on: it says nothing while one of them can't be read at all."""

    names: tuple[str, ...]
    text: str


def contradictions(settings: "Settings") -> Iterator[Contradiction]:
    yield from _addresses(settings)
    yield from _captcha(settings)
    yield from _auth0(settings)
    if any(_is_short(secret) for secret in settings.token_secrets):
        text = f"PORTAL_TOKEN_SECRETS: each must have at least {MIN_SECRET_LENGTH} characters; {MAKE_A_SECRET}"
        yield Contradiction(("PORTAL_TOKEN_SECRETS",), text)
    if settings.is_production:
        yield from _of_production(settings)


def _addresses(settings: "Settings") -> Iterator[Contradiction]:
    for name, url, scheme in (
        ("DATABASE_URL", settings.database_url, "postgresql"),
        ("LITELLM_DATABASE_URL", settings.litellm_database_url, "postgresql"),
        ("REDIS_URL", settings.redis_url, "redis"),
    ):
        if url and not url.get_secret_value().startswith(SCHEMES[scheme]):
            yield Contradiction((name,), f"{name}: must be a {scheme}:// address")


def _captcha(settings: "Settings") -> Iterator[Contradiction]:
    keys = {
        "RECAPTCHA_SITE_KEY": settings.recaptcha_site_key,
        "RECAPTCHA_SECRET_KEY": settings.recaptcha_secret_key,
    }
    names = ("PORTAL_CAPTCHA", *keys)
    absent = [name for name, value in keys.items() if not value]
    if settings.captcha_kind != "off" and absent:
        yield Contradiction(names, f"PORTAL_CAPTCHA is {settings.captcha_kind}: set {' and '.join(absent)} too")
    elif settings.captcha != "off" and len(absent) == 1:
        yield Contradiction(names, f"{absent[0]}: is missing; reCAPTCHA needs both of its keys")
    if settings.is_production and settings.captcha_kind == "off":
        yield Contradiction(
            names,
            "CAPTCHA is off in production: set RECAPTCHA_SITE_KEY and RECAPTCHA_SECRET_KEY, "
            "or PORTAL_ENVIRONMENT=development",
        )


def _auth0(settings: "Settings") -> Iterator[Contradiction]:
    needed = {
        "AUTH0_ISSUER_BASE_URL": settings.auth0_issuer_base_url,
        "AUTH0_CLIENT_ID": settings.auth0_client_id,
        "AUTH0_CLIENT_SECRET": settings.auth0_client_secret,
    }
    absent = [name for name, value in needed.items() if not value]
    if absent and len(absent) < len(needed):
        verb = "is" if len(absent) == 1 else "are"
        yield Contradiction(tuple(needed), f"Auth0 is set in part: {' and '.join(absent)} {verb} missing")


def _of_production(settings: "Settings") -> Iterator[Contradiction]:
    for name, url in (
        ("PORTAL_PUBLIC_URL", settings.public_url or ""),
        ("AUTH0_ISSUER_BASE_URL", settings.auth0_issuer_base_url or "https://"),
    ):
        if not url.startswith("https://"):
            yield Contradiction((name,), f"{name}: must be an https:// address in production")
    weak = f"must have at least {MIN_SECRET_LENGTH} characters in production"
    if _is_short(settings.litellm_admin_key):
        text = f"LITELLM_ADMIN_KEY: {weak}; `echo sk-$(openssl rand -hex 32)` makes one"
        yield Contradiction(("LITELLM_ADMIN_KEY",), text)
    if settings.auth0_secret and _is_short(settings.auth0_secret):
        yield Contradiction(("AUTH0_SECRET",), f"AUTH0_SECRET: {weak}; {MAKE_A_SECRET}")


def _is_short(secret: "SecretStr") -> bool:
    return len(secret.get_secret_value()) < MIN_SECRET_LENGTH
