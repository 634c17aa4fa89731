from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import pytest
from chat_client import ChatClient, open_chat
from people import SomePerson


@pytest.fixture
def alice(member: Callable[..., SomePerson], chat_models: str) -> SomePerson:
    """Somebody new in each test: answers that go on after it count as hers."""
    return member(name="Alice")


@pytest.fixture
def bob(member: Callable[..., SomePerson]) -> SomePerson:
    return member(name="Bob")


@pytest.fixture
def opened(alice: SomePerson) -> Callable[..., AbstractContextManager[ChatClient]]:
    """`with opened() as chat:` Alice's socket; `opened(url)` on another instance."""
    return partial(open_chat, alice)


@pytest.fixture
def chat(opened: Callable[..., AbstractContextManager[ChatClient]]) -> Iterator[ChatClient]:
    with opened() as client:
        yield client
