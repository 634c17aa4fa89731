"""What the settings add to the model catalogue."""

from litellm_config.catalogue import Seed, SeedEndpoint
from litellm_config.catalogue.addresses import with_version
from portal.core.settings import Settings

MILLISECONDS = 1000


def seed_of(settings: Settings) -> Seed:
    return Seed(
        endpoints=tuple(
            SeedEndpoint(
                url=with_version(endpoint.url),
                api_key=endpoint.api_key.get_secret_value() if endpoint.api_key else None,
                priority=endpoint.priority,
                weight=endpoint.weight,
                models=endpoint.models,
            )
            for endpoint in settings.endpoints
        ),
        fallback_model=settings.fallback_model,
        retry_attempts=settings.retry_attempts,
        retry_delay=None if settings.retry_delay is None else settings.retry_delay / MILLISECONDS,
    )
