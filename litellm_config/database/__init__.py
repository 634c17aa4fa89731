"""Makes LiteLLM's Postgres database usable with what package registries offer, without Prisma's download host."""

from litellm_config.database.client import ensure_client
from litellm_config.database.engine import ensure_engine
from litellm_config.database.errors import DatabaseSetupError
from litellm_config.database.migrations import migrate

__all__ = ["DatabaseSetupError", "ensure_client", "ensure_engine", "migrate"]
