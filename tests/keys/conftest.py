import time
from collections.abc import Callable

import pytest
from people import SomePerson

from portal.models import Kind


@pytest.fixture
def alice(member: Callable[..., SomePerson]) -> SomePerson:
    return member(email="alice@example.com", name="Alice", kind=Kind.AUTH0, is_email_verified=True, subject=None)


@pytest.fixture
def wait_until() -> Callable[..., None]:
    def wait(is_so: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.1)

    return wait
