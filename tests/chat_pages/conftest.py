import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from people import SomePerson

from portal.models import Kind

DATA = re.compile(r'<script type="application/json" id="chat-data">(.*?)</script>', re.DOTALL)


@pytest.fixture
def alice(member: Callable[..., SomePerson]) -> SomePerson:
    return member()


@pytest.fixture
def charlie(member: Callable[..., SomePerson]) -> SomePerson:
    """Without an account."""
    return member(kind=Kind.PERMISSIONLESS)


@pytest.fixture
def data_of() -> Callable[[str], dict[str, Any]]:
    """What the scripts of a page begin with, as a browser would cut it out of the page."""
    return lambda page: json.loads(DATA.search(page)[1])
