from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial

import httpx
import pytest
from chat_client import ChatClient, open_chat
from people import SomePerson, add_person, sign_in
from platform_run import Platform


@pytest.fixture(scope="session")
def known(platform: Platform, chat_models: str) -> Iterator[Callable[[str], SomePerson]]:
    """`known("alice")`: the same person for all tests of the chat, whose key is made once."""
    people: dict[str, SomePerson] = {}
    with ExitStack() as stack:

        def find(name: str) -> SomePerson:
            if name not in people:
                client = stack.enter_context(httpx.Client(base_url=platform.portal_url, timeout=60))
                people[name] = sign_in(platform, client, add_person(platform, name=name))
            return people[name]

        yield find


@pytest.fixture
def alice(known: Callable[[str], SomePerson]) -> SomePerson:
    return known("alice")


@pytest.fixture
def bob(known: Callable[[str], SomePerson]) -> SomePerson:
    return known("bob")


@pytest.fixture
def opened(alice: SomePerson) -> Callable[..., AbstractContextManager[ChatClient]]:
    """`with opened() as chat:` Alice's socket; `opened(url)` on another instance."""
    return partial(open_chat, alice)


@pytest.fixture
def chat(opened: Callable[..., AbstractContextManager[ChatClient]]) -> Iterator[ChatClient]:
    with opened() as client:
        yield client
