import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from new_databases import new_database

sys.path.insert(0, str(Path(__file__).parent))

from place import Place

__all__ = ["new_database"]

# The platform itself uses the first one, and what a restore forgets in it would be missed.
REDIS = 5


@pytest.fixture(scope="session")
def home(platform) -> Place:
    """The platform's own, which runs."""
    litellm = urlsplit(platform.database_url)._replace(path="/litellm").geturl()
    return Place(platform.database_url, litellm, platform.redis_url, platform.admin_key)


@pytest.fixture(scope="module")
def new_place(new_database: Callable[[], str], platform) -> Callable[[], Place]:
    """`new_place()`: databases that do not exist yet."""
    redis_url = urlsplit(platform.redis_url)._replace(path=f"/{REDIS}").geturl()
    return lambda: Place(new_database(), new_database(), redis_url, platform.admin_key)
