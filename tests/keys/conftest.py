from collections.abc import Callable

import pytest
from people import SomePerson

from portal.models import Kind


@pytest.fixture
def alice(member: Callable[..., SomePerson]) -> SomePerson:
    return member(email="alice@example.com", name="Alice", kind=Kind.AUTH0, is_email_verified=True, subject=None)
