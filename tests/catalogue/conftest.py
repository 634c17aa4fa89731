from collections.abc import Iterator

import httpx
import pytest
from platform_run import Platform
from published import Shelf, portal_with_shelf

DATABASE = 5


@pytest.fixture(scope="session")
def shelf(platform: Platform) -> Iterator[Shelf]:
    with portal_with_shelf(platform, DATABASE) as shelf:
        yield shelf


@pytest.fixture
def samples(shelf: Shelf) -> Shelf:
    shelf.put()
    return shelf


@pytest.fixture
def reader(shelf: Shelf) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shelf.url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def api_key(platform: Platform) -> Iterator[str]:
    """A key whose limits don't end a test."""
    headers = {"authorization": f"Bearer {platform.admin_key}"}
    with httpx.Client(base_url=platform.gateway_url, headers=headers, timeout=30) as admin:
        key = admin.post("/key/generate", json={}).raise_for_status().json()["key"]
        yield key
        admin.post("/key/delete", json={"keys": [key]}).raise_for_status()
